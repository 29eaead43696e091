import { compareText } from '../../core/problem.ts';
import type { FieldRelease } from '../events.ts';

declare const brand: unique symbol;

/** Names what a run would release: the same releases have the same id, whatever commit they would go on. 12 hex digits. */
export type PlanId = string & { readonly [brand]: 'PlanId' };

/** What of a release a person accepts. Line, reason, commit and time are left out: they may change under the same releases. */
export type PlannedChange = Pick<
  FieldRelease,
  'policy' | 'field' | 'image' | 'from' | 'fromDigest' | 'to' | 'digest'
>;

export function parsePlanId(text: string): PlanId | undefined {
  return /^[0-9a-f]{12}$/.test(text) ? (text as PlanId) : undefined;
}

/** Independent of the order of the changes. The repository and branch count, so that an id means one of them only. */
export async function planId(
  where: { readonly repository: string; readonly branch: string },
  changes: readonly PlannedChange[],
): Promise<PlanId> {
  const rows = changes.map(rowOf).sort(compareText);
  const text = [JSON.stringify([where.repository, where.branch]), ...rows].join('\n');
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const hex = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.slice(0, 12) as PlanId;
}

/** What differs between an accepted plan and what would be released now, by field. */
export interface PlanDifference<Change extends PlannedChange = PlannedChange> {
  readonly added: readonly Change[];
  readonly gone: readonly Change[];
  readonly changed: readonly { readonly before: Change; readonly now: Change }[];
}

export function planDifference(
  accepted: readonly PlannedChange[],
  now: readonly PlannedChange[],
): PlanDifference {
  const before = new Map(accepted.map((change) => [fieldOf(change), change]));
  const fields = new Set(now.map(fieldOf));
  const added: PlannedChange[] = [];
  const changed: { before: PlannedChange; now: PlannedChange }[] = [];
  for (const change of now) {
    const known = before.get(fieldOf(change));
    if (known === undefined) added.push(change);
    else if (rowOf(known) !== rowOf(change)) changed.push({ before: known, now: change });
  }
  return { added, gone: accepted.filter((change) => !fields.has(fieldOf(change))), changed };
}

/** Two policies may bind one field: by its name the one, by its tag the other. */
function fieldOf({ field, policy }: PlannedChange): string {
  return JSON.stringify([field, policy]);
}

function rowOf({ policy, field, image, from, fromDigest, to, digest }: PlannedChange): string {
  return JSON.stringify([policy, field, image, from, fromDigest, to, digest]);
}
