import type { Problem } from '../../core/problem.ts';
import { positionsOf } from '../../yaml/lines.ts';
import type { FieldEdit } from '../model.ts';
import { refused, type EditedField, type planEdits } from './edit.ts';

/** A field that one policy moves, and what `planEdits` said of it. */
export interface PlannedField<T> {
  readonly of: T;
  readonly binding: EditedField;
  readonly plan: ReturnType<typeof planEdits>;
}

/** A field whose edits can be made. */
export interface PlannedEdits<T> {
  readonly of: T;
  readonly edits: readonly FieldEdit[];
}

/**
 * What one policy moves in one file, without the fields that cannot be edited. These stop no other one, except where both repeat one anchor: that must not
 * move without all that repeats it, as tag and digest are one unit (product.md, 4).
 * @param text of the file
 */
export function planTogether<T>(
  planned: readonly PlannedField<T>[],
  text: string,
): { readonly kept: readonly PlannedEdits<T>[]; readonly problems: readonly Problem[] } {
  const made = planned.map(toPlanned);
  if (made.every(({ problem, edits }) => problem === undefined && edits.every(({ needs }) => !needs)))
    return { kept: made, problems: [] };
  const starts = new Set(made.flatMap(({ edits }) => edits.map(({ start }) => start)));
  const stops = made.map((one) => one.problem ?? leftBehind(one, starts, text));
  const roots = tiedTogether(planned);
  const stopper = new Map<number, number>();
  for (const [at, root] of roots.entries())
    if (stops[at] !== undefined && !stopper.has(root)) stopper.set(root, at);
  const kept: PlannedEdits<T>[] = [];
  const problems: Problem[] = [];
  for (const [at, one] of made.entries()) {
    const other = made[stopper.get(roots[at] ?? at) ?? -1];
    if (other === undefined) kept.push(one);
    const problem = other === undefined ? undefined : (stops[at] ?? withOther(one, other));
    if (problem !== undefined) problems.push(problem);
  }
  return { kept, problems };
}

interface Made<T> extends PlannedEdits<T> {
  readonly binding: EditedField;
  readonly problem: Problem | undefined;
}

function toPlanned<T>({ of, binding, plan }: PlannedField<T>): Made<T> {
  return 'problem' in plan
    ? { of, binding, edits: [], problem: plan.problem }
    : { of, binding, edits: plan.edits, problem: undefined };
}

/** An edit beside an alias whose anchor is not edited. */
function leftBehind(
  { binding, edits }: Made<unknown>,
  starts: ReadonlySet<number>,
  text: string,
): Problem | undefined {
  for (const { needs = [], line, column } of edits) {
    const missing = needs.find((start) => !starts.has(start));
    if (missing === undefined) continue;
    const at = positionsOf(text)(missing).line;
    const reason = `a part of it repeats the anchor at line ${at}, which does not move now; write that part out here`;
    return refused(binding, { line, column }, reason);
  }
  return undefined;
}

/** Nothing is said of a field whose own text would have stayed as it is. */
function withOther(
  { binding, edits }: Made<unknown>,
  { binding: { field } }: Made<unknown>,
): Problem | undefined {
  const [edit] = edits;
  if (edit === undefined) return undefined;
  const reason = `it and the image at line ${field.line} repeat one anchor, and that one cannot be edited; give each its own value`;
  return refused(binding, edit, reason);
}

/** For each field the place of the first one that is tied to it by anchors. */
function tiedTogether(planned: readonly PlannedField<unknown>[]): readonly number[] {
  const parents = planned.map((_, at) => at);
  const rootOf = (at: number): number => {
    let root = at;
    for (let up = parents[root] ?? root; up !== root; up = parents[root] ?? root) root = up;
    for (let up = at; up !== root;) {
      const next = parents[up] ?? root;
      parents[up] = root;
      up = next;
    }
    return root;
  };
  const owners = new Map<number, number>();
  for (const [at, { binding }] of planned.entries()) {
    for (const { part, start, anchor } of binding.writes) {
      if (part === 'name') continue;
      const scalar = anchor ?? start;
      const owner = owners.get(scalar);
      if (owner === undefined) owners.set(scalar, at);
      else parents[Math.max(rootOf(at), rootOf(owner))] = Math.min(rootOf(at), rootOf(owner));
    }
  }
  return parents.map((_, at) => rootOf(at));
}
