import { planEdits, rivalry } from '../bindings/edit.ts';
import type { FieldEdit } from '../bindings/model.ts';
import { Failure } from '../core/failure.ts';
import type { Problem } from '../core/problem.ts';
import type { Tree } from '../tree/tree.ts';
import { decode } from '../yaml/decode.ts';
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
 * Works out the edits of all groups, in their order, without making them. All edits of one policy in one file are
 * planned or none; where one of a named group is refused, the whole group stays.
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
  const planner = new Planner(texts);
  const planned = groups.flatMap((group) => {
    const moves = planner.plan(group);
    if (moves.length === 0) return [];
    return [{ title: group.title, together: isNamed(group), parts: cut(moves) }];
  });
  return { groups: planned, texts, problems: planner.problems };
}

/** @throws Failure `internal`: what moves was surveyed as text */
export function textOf(texts: FileTexts, file: string): string {
  const text = texts.get(file);
  if (text === undefined)
    throw new Failure('internal', `${file} was surveyed as text and is none.`, { file });
  return text;
}

class Planner {
  readonly problems: Problem[] = [];
  readonly #texts: FileTexts;
  readonly #taken = new TakenPlaces();

  constructor(texts: FileTexts) {
    this.#texts = texts;
  }

  plan(group: MoveGroup): EditedMove[] {
    const parts = Map.groupBy(group.moves, ({ binding }) => `${binding.policy.name} ${binding.file}`);
    const own = new TakenPlaces(this.#taken);
    const planned: EditedMove[] = [];
    let refused = false;
    for (const moves of parts.values()) {
      const part = this.#planPart(moves, own);
      if (part === undefined) refused = true;
      else planned.push(...part);
    }
    if (refused && isNamed(group)) return [];
    const edits = planned.flatMap((one) => one.edits);
    this.#taken.add(edits);
    const files = new Set(edits.map(({ file }) => file));
    return planned.filter(({ move }) => files.has(move.binding.file));
  }

  /** What one policy moves in one file; `undefined` where some of it is refused. */
  #planPart(moves: readonly Move[], taken: TakenPlaces): EditedMove[] | undefined {
    const planned: EditedMove[] = [];
    const refusals: Problem[] = [];
    for (const move of moves) {
      const { binding, tag, digest } = move;
      const result = planEdits(binding, { tag, digest }, textOf(this.#texts, binding.file));
      if ('problem' in result) refusals.push(result.problem);
      else planned.push({ move, edits: result.edits });
    }
    const edits = planned.flatMap((one) => one.edits);
    const rival = rivalry(edits, (start) => taken.at(moves[0]?.binding.file ?? '', start));
    if (rival !== undefined) refusals.push(rival);
    this.problems.push(...refusals);
    if (refusals.length > 0) return undefined;
    taken.add(edits);
    return planned;
  }
}

/** The edits planned so far, by file and start. */
class TakenPlaces {
  readonly #before: TakenPlaces | undefined;
  readonly #byFile = new Map<string, Map<number, FieldEdit>>();

  /** @param before what was taken by others */
  constructor(before?: TakenPlaces) {
    this.#before = before;
  }

  at(file: string, start: number): FieldEdit | undefined {
    return this.#byFile.get(file)?.get(start) ?? this.#before?.at(file, start);
  }

  add(edits: readonly FieldEdit[]): void {
    for (const edit of edits) {
      const byStart = this.#byFile.get(edit.file) ?? new Map<number, FieldEdit>();
      this.#byFile.set(edit.file, byStart.set(edit.start, edit));
    }
  }
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
    else last.push(...piece);
  }
  return parts.map((part) => ({
    moves: part.map(({ move }) => move),
    edits: part.flatMap(({ edits }) => edits),
  }));
}

/** What should not be cut: a file, else the fields of one object (the tag and digest of one image), else nothing. */
function pieces(moves: readonly EditedMove[]): EditedMove[][] {
  return [...Map.groupBy(moves, ({ move }) => move.binding.file).values()].flatMap((inFile) => {
    if (inFile.length <= mostRecords) return [inFile];
    const objects = Map.groupBy(inFile, ({ move }) => move.binding.field.pointer.replace(/\/[^/]*$/, ''));
    return [...objects.values()].flatMap((object) =>
      object.length <= mostRecords ? [object] : object.map((one) => [one]),
    );
  });
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
