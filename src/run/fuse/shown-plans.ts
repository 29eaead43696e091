import type { StateStore } from '../../state/store.ts';
import type { Pending } from './pending.ts';
import type { PlanId, PlannedChange } from './plan-id.ts';

const space = 'plans';
/** Plans of one branch that are remembered, newest first. */
const mostPlans = 3;
/** A larger plan is not remembered: the store is no archive. */
const mostChanges = 5000;

interface Shown {
  readonly id: string;
  readonly changes: readonly PlannedChange[];
}

/** Where a plan was shown. */
export interface PlanPlace {
  readonly repository: string;
  readonly branch: string;
}

/** Remembers what a plan held, only so that a later refusal can say what differs. Nothing is decided by it. */
export async function rememberPlan(state: StateStore, place: PlanPlace, pending: Pending): Promise<void> {
  const { id, changes } = pending;
  if (id === undefined || changes.length > mostChanges) return;
  const known = await read(state, place);
  if (known.some((shown) => shown.id === id)) return;
  const plans = [{ id, changes: changes.map(pick) }, ...known].slice(0, mostPlans);
  await state.set(space, new Map([[keyOf(place), JSON.stringify(plans)]]));
}

/** What a plan held; `undefined` where it is not remembered. */
export async function recallPlan(
  state: StateStore,
  place: PlanPlace,
  id: PlanId,
): Promise<readonly PlannedChange[] | undefined> {
  return (await read(state, place)).find((shown) => shown.id === id)?.changes;
}

/** The store is a cache: an entry that is not ours is no entry. */
async function read(state: StateStore, place: PlanPlace): Promise<readonly Shown[]> {
  const text = (await state.get(space, [keyOf(place)])).get(keyOf(place));
  if (text === undefined) return [];
  try {
    const plans: unknown = JSON.parse(text);
    return Array.isArray(plans) && plans.every(isShown) ? plans : [];
  } catch {
    return [];
  }
}

function isShown(value: unknown): value is Shown {
  if (typeof value !== 'object' || value === null) return false;
  const { id, changes } = value as Partial<Record<keyof Shown, unknown>>;
  return typeof id === 'string' && Array.isArray(changes) && changes.every(isChange);
}

const keys = ['policy', 'field', 'image', 'from', 'fromDigest', 'to', 'digest'] as const;

function isChange(value: unknown): value is PlannedChange {
  if (typeof value !== 'object' || value === null) return false;
  const texts = value as Partial<Record<(typeof keys)[number], unknown>>;
  return keys.every((key) => typeof texts[key] === 'string');
}

function pick({ policy, field, image, from, fromDigest, to, digest }: PlannedChange): PlannedChange {
  return { policy, field, image, from, fromDigest, to, digest };
}

function keyOf({ repository, branch }: PlanPlace): string {
  return JSON.stringify([repository, branch]);
}
