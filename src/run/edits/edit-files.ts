import { applyFileEdits } from '../../bindings/edits/edit.ts';
import type { FieldEdit } from '../../bindings/model.ts';
import { ProofBudget } from '../../bindings/edits/proof-budget.ts';
import type { Problem } from '../../core/problem.ts';
import type { Move } from './moves.ts';
import { textOf, type FileTexts, type PlannedGroup } from './plan-edits.ts';

/** One commit with its edits made. */
export interface EditedCommit {
  readonly title: string;
  readonly moves: readonly Move[];
  /** Whole new text of each file that it changes, with the changes of the commits before it. */
  readonly files: ReadonlyMap<string, FileText>;
}

export interface FileText {
  readonly before: string;
  readonly after: string;
}

interface Done {
  readonly edits: readonly FieldEdit[];
  readonly text: string;
}

/** Makes the edits of one group after the other, each on top of those before it, and proves each (product.md, 4). */
export class FileEditor {
  readonly #texts: FileTexts;
  readonly #done = new Map<string, Done>();
  readonly #budget = new ProofBudget();

  constructor(texts: FileTexts) {
    this.#texts = texts;
  }

  /** A file whose edits cannot be proven stays as it is; where it is a named group's, the whole group stays. */
  edit(group: PlannedGroup): {
    readonly commits: readonly EditedCommit[];
    readonly problems: readonly Problem[];
  } {
    const made = new Map<string, Done>();
    const commits: EditedCommit[] = [];
    for (const { moves, edits } of group.parts) {
      const files = new Map<string, FileText>();
      for (const [file, own] of Map.groupBy(edits, (edit) => edit.file)) {
        const earlier = made.get(file) ?? this.#done.get(file);
        const original = textOf(this.#texts, file);
        const all = [...(earlier?.edits ?? []), ...own];
        const applied = applyFileEdits(original, all, this.#budget);
        if ('problem' in applied) return this.#without(file, applied.problem, group);
        files.set(file, { before: earlier?.text ?? original, after: applied.text });
        made.set(file, { edits: all, text: applied.text });
      }
      commits.push({ title: group.title, moves, files });
    }
    for (const [file, done] of made) this.#done.set(file, done);
    return { commits, problems: [] };
  }

  #without(file: string, problem: Problem, group: PlannedGroup): ReturnType<FileEditor['edit']> {
    const own = { ...problem, file, policy: group.title };
    if (group.together) return { commits: [], problems: [own] };
    const parts = group.parts.flatMap(({ moves, edits }) => {
      const kept = moves.filter(({ binding }) => binding.file !== file);
      return kept.length === 0 ? [] : [{ moves: kept, edits: edits.filter((edit) => edit.file !== file) }];
    });
    const others = this.edit({ ...group, parts });
    return { commits: others.commits, problems: [own, ...others.problems] };
  }
}
