import type { Problem } from '../core/problem.ts';
import type { Policy } from '../policy/model.ts';
import type { Binding, FactedFile } from './model.ts';

/** What binding one file gave. */
export interface BoundFile {
  readonly bindings: readonly Binding[];
  readonly problems: readonly Problem[];
  /** The policies that bind one of its fields, or were kept from it with a problem. */
  readonly used: readonly Policy[];
}

interface Known extends BoundFile {
  readonly file: FactedFile;
}

/**
 * Remembers what the files of a tree were bound to, so that of the next tree only those that changed are bound anew. Everything else that the answer for a file
 * depends on is its context: where that is another one, nothing is reused. It holds what the last tree used, and nothing else.
 */
export class BoundFiles {
  #context: readonly unknown[] | undefined;
  #last: ReadonlyMap<string, Known> = new Map();
  #next = new Map<string, Known>();

  /** Begins with a tree. @param context values that are compared by identity; `undefined` where nothing can be reused */
  begin(context: readonly unknown[] | undefined): void {
    const isSame = context !== undefined && this.#context !== undefined && areSame(context, this.#context);
    this.#last = isSame ? this.#next : new Map();
    this.#next = new Map();
    this.#context = context;
  }

  /** What is known of the file from the last tree, else what `bindFile` says. */
  get(file: FactedFile, bindFile: () => BoundFile): BoundFile {
    if (this.#context === undefined) return bindFile();
    const known = this.#last.get(file.path);
    const isSame = known?.file.facts === file.facts && known.file.id === file.id;
    const found = isSame ? known : { ...bindFile(), file };
    this.#next.set(file.path, found);
    return found;
  }
}

function areSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
