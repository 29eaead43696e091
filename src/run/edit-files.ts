import { applyFileEdits, planEdits } from '../bindings/edit.ts';
import type { FieldEdit } from '../bindings/model.ts';
import { ProofBudget } from '../bindings/proof-budget.ts';
import { Failure } from '../core/failure.ts';
import type { Problem } from '../core/problem.ts';
import type { Tree } from '../tree/tree.ts';
import { decode } from '../yaml/decode.ts';
import type { Move, MoveGroup } from './moves.ts';

/** A group with its edits worked out. */
export interface EditedGroup {
  readonly title: string;
  readonly moves: readonly Move[];
  readonly edits: readonly FieldEdit[];
  /** Whole new text of each file that it changes, with the changes of the groups before it. */
  readonly files: ReadonlyMap<string, FileText>;
}

export interface FileText {
  readonly before: string;
  readonly after: string;
}

/** The reader of records stops at this number in one message (product.md, 5). */
const mostRecords = 100;

interface Edited {
  readonly groups: readonly EditedGroup[];
  readonly problems: readonly Problem[];
}

/**
 * Works out the edits of all groups, in their order, each on top of those before it. All edits of one policy in one file
 * are made or none; where one of a named group is refused, the whole group stays.
 */
export async function editFiles(groups: readonly MoveGroup[], tree: Tree): Promise<Edited> {
  const texts = await readTexts(groups, tree);
  const problems: Problem[] = [];
  const done = new Map<string, { edits: readonly FieldEdit[]; text: string }>();
  const edited: EditedGroup[] = [];
  const budget = new ProofBudget();
  for (const group of groups) {
    const planned = planGroup(group, texts, problems);
    if (planned.moves.length === 0) continue;
    const files = new Map<string, FileText>();
    for (const [file, edits] of Map.groupBy(planned.edits, (edit) => edit.file)) {
      const original = textOf(texts, file);
      const earlier = done.get(file);
      const all = [...(earlier?.edits ?? []), ...edits];
      const applied = applyFileEdits(original, all, budget);
      if ('problem' in applied) {
        problems.push({ ...applied.problem, file, policy: group.title });
        continue;
      }
      files.set(file, { before: earlier?.text ?? original, after: applied.text });
      done.set(file, { edits: all, text: applied.text });
    }
    const kept = planned.moves.filter(({ binding }) => files.has(binding.file));
    const edits = planned.edits.filter((edit) => files.has(edit.file));
    if (kept.length > 0) edited.push(...splitByFile({ title: group.title, moves: kept, edits, files }));
  }
  return { groups: edited, problems };
}

/** Several commits where one would hold more records than their reader takes. Each still changes whole files. */
function splitByFile(group: EditedGroup): EditedGroup[] {
  if (group.moves.length <= mostRecords) return [group];
  const parts: Move[][] = [];
  for (const moves of Map.groupBy(group.moves, ({ binding }) => binding.file).values()) {
    const last = parts.at(-1);
    if (last === undefined || last.length + moves.length > mostRecords) parts.push([...moves]);
    else last.push(...moves);
  }
  return parts.map((moves) => {
    const names = new Set(moves.map(({ binding }) => binding.file));
    const files = new Map([...group.files].filter(([file]) => names.has(file)));
    return { title: group.title, moves, edits: group.edits.filter(({ file }) => names.has(file)), files };
  });
}

function planGroup(
  group: MoveGroup,
  texts: ReadonlyMap<string, string>,
  problems: Problem[],
): { moves: Move[]; edits: FieldEdit[] } {
  const moves: Move[] = [];
  const edits: FieldEdit[] = [];
  let refused = false;
  for (const part of Map.groupBy(
    group.moves,
    ({ binding }) => `${binding.policy.name} ${binding.file}`,
  ).values()) {
    const planned = planPart(part, texts);
    problems.push(...planned.problems);
    if (planned.problems.length > 0) refused = true;
    else {
      moves.push(...part);
      edits.push(...planned.edits);
    }
  }
  const together = group.moves.some(({ binding }) => binding.policy.group !== undefined);
  return refused && together ? { moves: [], edits: [] } : { moves, edits };
}

function planPart(
  moves: readonly Move[],
  texts: ReadonlyMap<string, string>,
): { edits: FieldEdit[]; problems: Problem[] } {
  const edits: FieldEdit[] = [];
  const problems: Problem[] = [];
  for (const { binding, tag, digest } of moves) {
    const planned = planEdits(binding, { tag, digest }, textOf(texts, binding.file));
    if ('problem' in planned) problems.push(planned.problem);
    else edits.push(...planned.edits);
  }
  return { edits, problems };
}

async function readTexts(groups: readonly MoveGroup[], tree: Tree): Promise<ReadonlyMap<string, string>> {
  const ids = new Map(
    groups.flatMap(({ moves }) => moves.map(({ binding }) => [binding.file, binding.fileId])),
  );
  const entries = [...ids].map(([path, id]) => ({ path, id, mode: 'file' as const }));
  const texts = new Map<string, string>();
  await tree.read(entries, (entry, bytes) => {
    const decoded = decode(bytes);
    if ('text' in decoded) texts.set(entry.path, decoded.text);
  });
  return texts;
}

function textOf(texts: ReadonlyMap<string, string>, file: string): string {
  const text = texts.get(file);
  if (text === undefined)
    throw new Failure('internal', `${file} was surveyed as text and is none.`, { file });
  return text;
}
