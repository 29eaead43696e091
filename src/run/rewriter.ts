import { applyFileEdits, planEdits } from '../bindings/edit.ts';
import type { FactedFile, FieldEdit, MarkerBinding } from '../bindings/model.ts';
import { ProofBudget } from '../bindings/proof-budget.ts';
import type { Problem } from '../core/problem.ts';
import type { ImageReference } from '../image/reference.ts';
import type { Tag } from '../image/tag.ts';
import type { TreeEntry } from '../tree/tree.ts';
import { decode } from '../yaml/decode.ts';
import type { FileText } from './edit-files.ts';

/** What a policy is taken to have elected. */
export type Election = ImageReference & { readonly tag: Tag };

/** Edits file by file, as they are read. */
export class Rewriter {
  readonly edits: FieldEdit[] = [];
  readonly files = new Map<string, FileText>();
  readonly problems: Problem[] = [];
  #budget = new ProofBudget();
  readonly #byFile: ReadonlyMap<string, readonly MarkerBinding[]>;
  readonly #elections: ReadonlyMap<string, Election>;
  readonly #scanned: ReadonlySet<string>;

  /** @param files that the bindings are in, among others */
  constructor(
    bindings: readonly MarkerBinding[],
    elections: ReadonlyMap<string, Election>,
    files: readonly FactedFile[],
  ) {
    this.#byFile = Map.groupBy(bindings, ({ file }) => file);
    this.#elections = elections;
    this.#scanned = new Set(files.flatMap(({ path, facts }) => (facts.scanned === true ? [path] : [])));
  }

  /** Edits the files whose texts were kept. @returns the entries of the others, which must be read and given to `write` */
  writeKept(files: readonly FactedFile[], textOf: (path: string) => string | undefined): TreeEntry[] {
    const bound = files.flatMap(({ path, id }) =>
      this.#byFile.has(path) ? [{ path, id, text: textOf(path) }] : [],
    );
    this.#budget = new ProofBudget(bound.reduce((sum, { text }) => sum + (text?.length ?? 0), 0));
    return bound.flatMap(({ path, id, text }) => {
      if (text === undefined) return [{ path, id, mode: 'file' }];
      this.#write(path, text);
      return [];
    });
  }

  write(path: string, bytes: Uint8Array): void {
    const decoded = decode(bytes);
    // Files that are no text were told of when they were surveyed.
    if ('text' in decoded) this.#write(path, decoded.text);
  }

  #write(path: string, text: string): void {
    const edits = (this.#byFile.get(path) ?? []).flatMap((binding) => this.#plan(binding, text));
    if (edits.length === 0) return;
    const applied = applyFileEdits(text, edits, this.#budget, this.#scanned.has(path));
    if ('problem' in applied) {
      this.problems.push({ ...applied.problem, file: path });
      return;
    }
    this.edits.push(...edits);
    this.files.set(path, { before: text, after: applied.text });
  }

  #plan(binding: MarkerBinding, text: string): readonly FieldEdit[] {
    const elected = this.#elections.get(binding.policy.name);
    if (elected === undefined) return [];
    const to = { name: elected.spelled, tag: elected.tag, digest: elected.digest ?? null };
    const planned = planEdits(binding, to, text);
    if ('edits' in planned) return planned.edits;
    this.problems.push(planned.problem);
    return [];
  }
}
