import type { Binding } from '../../bindings/model.ts';
import { Failure } from '../../core/failure.ts';
import { formatPlace } from '../../core/position.ts';
import type { Hold } from '../../policy/model.ts';
import { currentOf } from '../rule.ts';
import type { Scene } from './model.ts';

/**
 * Who goes back from a version means the one that stood there: what came instead of it is another, and what was before that may be the very one that was to be left.
 * @throws Failure `refused` where a field moved since the order was given
 */
export function demandSeenValues(policy: string, bound: readonly Binding[], scene: Scene): void {
  for (const { now, old } of pairs(bound, scene)) {
    const [from, to] = [valueOf(old), valueOf(now)];
    if (from === to) continue;
    throw moved(now, `went from ${from} to ${to}`, `tallyman rollback ${policy}`, 'left');
  }
}

/**
 * Who lifts something means what stood there: a hold that somebody set in the very moment, and what somebody took back in it, stay.
 * @param command that lifts all of it
 * @throws Failure `refused` where there is such a thing
 */
export function demandSeenHolds(command: string, bound: readonly Binding[], scene: Scene): void {
  for (const { now, old } of pairs(bound, scene)) {
    const known = new Set(holdsOf(old).map((hold) => JSON.stringify(hold)));
    const strange = holdsOf(now).find((hold) => !known.has(JSON.stringify(hold)));
    if (strange !== undefined) throw moved(now, `is held anew (${strange.reason})`, command, 'lifted');
    const [from, to] = [valueOf(old), valueOf(now)];
    if (from !== to) throw moved(now, `went from ${from} to ${to}`, command, 'lifted');
  }
}

/** The fields that were there when the order was given; none where nobody pushed since. */
function pairs(
  bound: readonly Binding[],
  { given = [] }: Scene,
): readonly { readonly now: Binding; readonly old: Binding }[] {
  const before = new Map(given.map((binding) => [binding.key, binding]));
  return bound.flatMap((now) => {
    const old = before.get(now.key);
    return old === undefined ? [] : [{ now, old }];
  });
}

function holdsOf({ policy, holds }: Binding): readonly Hold[] {
  return policy.hold === undefined ? holds : [policy.hold, ...holds];
}

function valueOf(binding: Binding): string {
  const { tag, digest } = currentOf(binding);
  return [tag ?? '', digest ?? ''].filter((part) => part !== '').join('@');
}

function moved({ place }: Binding, what: string, command: string, done: string): Failure {
  const words = `${formatPlace(place)} ${what} while this was carried out, and stays so. If that is to be ${done} as well: ${command}`;
  return new Failure('refused', words, place);
}
