import { applyFileEdits, planEdits } from '../../bindings/edits/edit.ts';
import type { FactedFile, FieldEdit, MarkerBinding } from '../../bindings/model.ts';
import { planTogether } from '../../bindings/edits/plan-together.ts';
import { ProofBudget } from '../../bindings/edits/proof-budget.ts';
import { append } from '../../core/append.ts';
import { Failure } from '../../core/failure.ts';
import type { Problem } from '../../core/problem.ts';
import type { ImageReference } from '../../image/reference.ts';
import type { Tag } from '../../image/tag.ts';
import type { Tree, TreeEntry } from '../../tree/tree.ts';
import { decode } from '../../yaml/decode.ts';
import type { FileText } from './edit-files.ts';

/** What a policy is taken to have elected. */
export type Election = ImageReference & { readonly tag: Tag };

/** Is handed a file whose edits were made and proven, and nothing of it is kept. */
export type TakeFile = (path: string, text: FileText) => void;

export interface RewriterOptions {
  readonly bindings: readonly MarkerBinding[];
  readonly elections: ReadonlyMap<string, Election>;
  /** In bytes, of all files that will be edited (`ProofBudget`). */
  readonly planned: number;
  readonly take: TakeFile;
}

/** Reads and edits one file after the other. */
export class Rewriter {
  readonly edits: FieldEdit[] = [];
  readonly problems: Problem[] = [];
  readonly #byFile: ReadonlyMap<string, readonly MarkerBinding[]>;
  readonly #elections: ReadonlyMap<string, Election>;
  readonly #budget: ProofBudget;
  readonly #take: TakeFile;

  constructor({ bindings, elections, planned, take }: RewriterOptions) {
    this.#byFile = Map.groupBy(bindings, ({ file }) => file);
    this.#elections = elections;
    this.#budget = new ProofBudget(planned);
    this.#take = take;
  }

  /** A file that cannot be read any more is a problem of its own; the others go on. @param files that the bindings are in, among others */
  async rewrite(tree: Tree, files: readonly FactedFile[]): Promise<void> {
    for (const { path, id, facts } of files) {
      const bindings = this.#byFile.get(path);
      if (bindings === undefined) continue;
      const entry: TreeEntry = { path, id, mode: 'file' };
      try {
        await tree.read([entry], (_, bytes) => this.#rewrite(bindings, bytes, facts.scanned === true));
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        this.problems.push(unread(path, bindings, error));
      }
    }
  }

  #rewrite(bindings: readonly MarkerBinding[], bytes: Uint8Array, scanned: boolean): void {
    const decoded = decode(bytes);
    // Files that are no text were told of when they were surveyed.
    if ('refused' in decoded) return;
    const { text } = decoded;
    const bound = Map.groupBy(bindings, ({ policy }) => policy.name);
    const edits = [...bound.values()].flatMap((some) => this.#planAll(some, text));
    const [first] = edits;
    if (first === undefined) return;
    const applied = applyFileEdits(text, edits, this.#budget, scanned);
    if ('problem' in applied) {
      this.problems.push({ ...applied.problem, file: first.file });
      return;
    }
    append(this.edits, edits);
    this.#take(first.file, { before: text, after: applied.text });
  }

  /** All that one policy writes in one file. */
  #planAll(bindings: readonly MarkerBinding[], text: string): readonly FieldEdit[] {
    const planned = bindings.flatMap((binding) => {
      const plan = this.#plan(binding, text);
      return plan === undefined ? [] : [{ of: binding, binding, plan }];
    });
    const { kept, problems } = planTogether(planned, text);
    append(this.problems, problems);
    return kept.flatMap(({ edits }) => edits);
  }

  #plan(binding: MarkerBinding, text: string): ReturnType<typeof planEdits> | undefined {
    const elected = this.#elections.get(binding.policy.name);
    if (elected === undefined) return undefined;
    const to = { name: elected.spelled, tag: elected.tag, digest: elected.digest ?? null };
    return planEdits(binding, to, text);
  }
}

function unread(file: string, [binding]: readonly MarkerBinding[], { message }: Failure): Problem {
  const { line, column } = binding?.field ?? { line: 1, column: 1 };
  return { code: 'refused-edit', file, line, column, message: `The file is as it was: ${message}.` };
}
