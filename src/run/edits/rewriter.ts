import { applyFileEdits, distinctEdits, planEdits } from '../../bindings/edit.ts';
import type { FactedFile, FieldEdit, MarkerBinding } from '../../bindings/model.ts';
import { ProofBudget } from '../../bindings/proof-budget.ts';
import { append } from '../../core/append.ts';
import { Failure } from '../../core/failure.ts';
import type { Problem } from '../../core/problem.ts';
import type { ImageReference } from '../../image/reference.ts';
import type { Tag } from '../../image/tag.ts';
import type { TreeEntry } from '../../tree/tree.ts';
import { decode } from '../../yaml/decode.ts';
import { applyEdits } from '../../yaml/splice.ts';
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

  /** Edits the files that were kept. @returns the entries of the others, which must be read and given to `write` */
  writeKept(files: readonly FactedFile[], bytesOf: (path: string) => Uint8Array | undefined): TreeEntry[] {
    const bound = files.flatMap(({ path, id }) =>
      this.#byFile.has(path) ? [{ path, id, bytes: bytesOf(path) }] : [],
    );
    this.#budget = new ProofBudget(bound.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0));
    return bound.flatMap(({ path, id, bytes }) => {
      if (bytes === undefined) return [{ path, id, mode: 'file' }];
      this.write(path, bytes);
      return [];
    });
  }

  write(path: string, bytes: Uint8Array): void {
    const decoded = decode(bytes);
    // Files that are no text were told of when they were surveyed.
    if ('refused' in decoded) return;
    const { text } = decoded;
    const bound = Map.groupBy(this.#byFile.get(path) ?? [], ({ policy }) => policy.name);
    const edits = [...bound.values()].flatMap((some) => this.#planAll(some, text));
    if (edits.length === 0) return;
    const applied = applyFileEdits(text, edits, this.#budget, this.#scanned.has(path));
    if ('problem' in applied) {
      this.problems.push({ ...applied.problem, file: path });
      return;
    }
    this.edits.push(...edits);
    this.files.set(path, new RewrittenFile(bytes, edits));
  }

  /** All that one policy writes in one file, or nothing: an anchor must not move without what repeats it. */
  #planAll(bindings: readonly MarkerBinding[], text: string): readonly FieldEdit[] {
    const planned = bindings.flatMap((binding) => this.#plan(binding, text) ?? []);
    const problems = planned.flatMap((one) => ('problem' in one ? [one.problem] : []));
    append(this.problems, problems);
    return problems.length > 0 ? [] : planned.flatMap((one) => ('edits' in one ? one.edits : []));
  }

  #plan(binding: MarkerBinding, text: string): ReturnType<typeof planEdits> | undefined {
    const elected = this.#elections.get(binding.policy.name);
    if (elected === undefined) return undefined;
    const to = { name: elected.spelled, tag: elected.tag, digest: elected.digest ?? null };
    return planEdits(binding, to, text);
  }
}

/** Thousands of files are edited, and only one is looked at at a time: the texts are made from the bytes when they are asked for. */
class RewrittenFile implements FileText {
  readonly #bytes: Uint8Array;
  readonly #edits: readonly FieldEdit[];

  constructor(bytes: Uint8Array, edits: readonly FieldEdit[]) {
    this.#bytes = bytes;
    this.#edits = distinctEdits(edits);
  }

  get before(): string {
    const decoded = decode(this.#bytes);
    if ('refused' in decoded) throw new Failure('internal', 'A file was text, and is none any more.');
    return decoded.text;
  }

  /** What was proven: the same edits of the same bytes. */
  get after(): string {
    return applyEdits(this.before, this.#edits);
  }
}
