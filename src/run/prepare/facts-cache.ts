import { BoundFiles } from '../../bindings/bound-files.ts';
import type { BindOptions } from '../../bindings/model.ts';
import type { FileFacts, NameClass } from '../../fields/model.ts';
import type { TargetFind } from '../../fields/targets.ts';
import type { PolicyDocument } from '../../policy/document/document.ts';
import { loadPolicy, type LoadedPolicy } from '../../policy/document/load.ts';
import { bindOptions, type BindSettings } from './bind-options.ts';

/**
 * Facts by content and name class (architecture.md, idea 2): an unchanged file is never looked at twice. It holds what the
 * last survey used, and nothing else, so that it grows with the tree and not with its history.
 */
export class FactsCache {
  #last = new KeptFacts();
  #next = new KeptFacts();
  #targets: ReadonlyMap<string, TargetFind> = new Map();
  #options: { readonly settings: BindSettings; readonly value: BindOptions } | undefined;
  /** By document, then by the path of its file: files of equal content share their facts. They live as long as these. */
  readonly #policies = new WeakMap<PolicyDocument, Map<string, LoadedPolicy>>();

  get(id: string, nameClass: NameClass): FileFacts | undefined {
    const last = this.#last.of(nameClass).get(id);
    const next = this.#next.of(nameClass);
    if (last === undefined) return next.get(id);
    next.set(id, last);
    return last;
  }

  set(id: string, nameClass: NameClass, facts: FileFacts): void {
    this.#next.of(nameClass).set(id, facts);
  }

  /** As `loadPolicy`, once for each document. */
  readonly loadPolicy = (document: PolicyDocument, path: string): LoadedPolicy => {
    const byPath = this.#policies.get(document) ?? new Map<string, LoadedPolicy>();
    const loaded = byPath.get(path) ?? loadPolicy(document, path);
    this.#policies.set(document, byPath.set(path, loaded));
    return loaded;
  };

  /** What the tree before was bound to (`bind`). */
  readonly bound = new BoundFiles();

  /** As `bindOptions`, one value for the same settings. */
  bindOptions(settings: BindSettings): BindOptions {
    if (this.#options?.settings !== settings) this.#options = { settings, value: bindOptions(settings) };
    return this.#options.value;
  }

  /** What the path of a target found in a file of this content, if the last run asked for it too. */
  target(id: string, path: string): TargetFind | undefined {
    return this.#targets.get(`${id} ${path}`);
  }

  /** Keeps what a run found for its targets, by content and path, and forgets what it did not ask for. */
  keepTargets(finds: ReadonlyMap<string, TargetFind>): void {
    this.#targets = finds;
  }

  /** Ends a survey: forgets what it did not use. */
  turn(): void {
    this.#last = this.#next;
    this.#next = new KeptFacts();
  }
}

/** By content, apart for each name class: thousands of keys that are put together for each look would cost more than the looks. */
class KeptFacts {
  readonly #classes: Readonly<Record<NameClass, Map<string, FileFacts>>> = {
    yaml: new Map(),
    json: new Map(),
    kustomization: new Map(),
    values: new Map(),
    compose: new Map(),
    other: new Map(),
  };

  of(nameClass: NameClass): Map<string, FileFacts> {
    return this.#classes[nameClass];
  }
}
