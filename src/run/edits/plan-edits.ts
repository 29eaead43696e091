import { append } from '../../core/append.ts';
import { planEdits } from '../../bindings/edits/edit.ts';
import { planTogether } from '../../bindings/edits/plan-together.ts';
import type { FieldEdit } from '../../bindings/model.ts';
import { Failure } from '../../core/failure.ts';
import type { Problem } from '../../core/problem.ts';
import type { Tree } from '../../tree/tree.ts';
import { decode } from '../../yaml/decode.ts';
import type { Move, MoveGroup } from './moves.ts';

/** A group, or a policy without one, with its edits worked out and cut into commits. */
export interface PlannedGroup {
  readonly title: string;
  /** Whether its members move together or not at all. */
  readonly together: boolean;
  /** One, or several where one would hold more records than a commit may. */
  readonly parts: readonly CommitPart[];
}

/** What one commit changes. */
export interface CommitPart {
  readonly moves: readonly Move[];
  readonly edits: readonly FieldEdit[];
}

/** By path: whole text of the files that change. */
export type FileTexts = ReadonlyMap<string, string>;

/** More records would make a commit that nobody reads (product.md, 5). */
const mostRecords = 100;

interface EditedMove {
  readonly move: Move;
  readonly edits: readonly FieldEdit[];
}

/**
 * Works out the edits of all groups, in their order, without making them. A field that cannot be edited stays, with what is tied to it by anchors;
 * where it is one of a named group, the whole group stays.
 */
export async function planGroups(
  groups: readonly MoveGroup[],
  tree: Tree,
): Promise<{
  readonly groups: readonly PlannedGroup[];
  readonly texts: FileTexts;
  readonly problems: readonly Problem[];
}> {
  const texts = await readTexts(groups, tree);
  const problems: Problem[] = [];
  const planned = groups.flatMap((group) => {
    const moves = planGroup(group, texts, problems);
    if (moves.length === 0) return [];
    return [{ title: group.title, together: isNamed(group), parts: cut(moves) }];
  });
  return { groups: planned, texts, problems };
}

/** @throws Failure `internal`: what moves was surveyed as text */
export function textOf(texts: FileTexts, file: string): string {
  const text = texts.get(file);
  if (text === undefined)
    throw new Failure('internal', `${file} was surveyed as text and is none.`, { file });
  return text;
}

/** What of a group can be edited: all of a named group, or nothing. */
function planGroup(group: MoveGroup, texts: FileTexts, problems: Problem[]): EditedMove[] {
  const parts = Map.groupBy(group.moves, ({ binding }) => `${binding.policy.name} ${binding.file}`);
  const planned: EditedMove[] = [];
  let refused = false;
  for (const moves of parts.values()) {
    const part = planPart(moves, texts);
    append(problems, part.problems);
    append(planned, part.planned);
    if (part.problems.length > 0) refused = true;
  }
  if (refused && isNamed(group)) return [];
  const files = new Set(planned.flatMap(({ edits }) => edits.map(({ file }) => file)));
  return planned.filter(({ move }) => files.has(move.binding.file));
}

/** What one policy moves in one file. */
function planPart(
  moves: readonly Move[],
  texts: FileTexts,
): { readonly planned: readonly EditedMove[]; readonly problems: readonly Problem[] } {
  const [first] = moves;
  if (first === undefined) return { planned: [], problems: [] };
  const text = textOf(texts, first.binding.file);
  const fields = moves.map((move) => {
    const { binding, tag, digest, isAlone, isGiven } = move;
    const written = isAlone === true ? '' : (tag ?? '');
    const policy = isGiven === true ? { ...binding.policy, digest: 'given' as const } : binding.policy;
    return { of: move, binding, plan: planEdits({ ...binding, policy }, { tag: written, digest }, text) };
  });
  const { kept, problems } = planTogether(fields, text);
  return { planned: kept.map(({ of, edits }) => ({ move: of, edits })), problems };
}

function isNamed(group: MoveGroup): boolean {
  return group.moves.some(({ binding }) => binding.policy.group !== undefined);
}

/** One commit, or several of which each changes whole files where it can. */
function cut(moves: readonly EditedMove[]): CommitPart[] {
  const parts: EditedMove[][] = [];
  for (const piece of moves.length <= mostRecords ? [moves] : pieces(moves)) {
    const last = parts.at(-1);
    if (last === undefined || last.length + piece.length > mostRecords) parts.push([...piece]);
    else append(last, piece);
  }
  return parts.map((part) => ({
    moves: part.map(({ move }) => move),
    edits: part.flatMap(({ edits }) => edits),
  }));
}

/** What should not be cut: a file, where one commit can hold it. */
function pieces(moves: readonly EditedMove[]): EditedMove[][] {
  return [...Map.groupBy(moves, ({ move }) => move.binding.file).values()].flatMap((inFile) =>
    inFile.length <= mostRecords ? [inFile] : inFile.map((one) => [one]),
  );
}

async function readTexts(groups: readonly MoveGroup[], tree: Tree): Promise<FileTexts> {
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
