import type { Binding } from '../../bindings/model.ts';
import { Failure } from '../../core/failure.ts';
import { formatPlace } from '../../core/position.ts';
import { gatesOf } from '../../policy/election/gates.ts';
import type { Gate } from '../../policy/election/decision.ts';
import { currentOf } from '../rule.ts';
import type { Scene } from './model.ts';

/** What a person can set aside, by the name of the gate or candidate rule. */
export const overridable = ['hold', 'schedule', 'freeze', 'paused', 'minAge', 'platforms'] as const;

/**
 * @param asked the gates that count for this order
 * @param overrides those that the person sets aside
 * @throws Failure `refused` where one stops a field
 */
export function demandFree(
  bound: readonly Binding[],
  scene: Scene,
  asked: readonly Gate['gate'][],
  overrides: readonly string[],
): void {
  for (const binding of bound) {
    const facts = { tags: [], created: {}, digests: {} };
    const { policy, holds, file } = binding;
    const environment = scene.environmentOf(file);
    const current = currentOf(binding);
    const input = {
      policy,
      current,
      past: [],
      holds,
      environment,
      wantsDigest: false,
      now: () => scene.now,
      facts,
    };
    const gates = gatesOf(input, { pinned: undefined, revertedFrom: undefined });
    const stop = gates.find(({ gate }) => asked.includes(gate) && !overrides.includes(gate));
    if (stop !== undefined) throw stopped(binding, stop);
  }
}

function stopped({ policy, place }: Binding, { gate, detail }: Gate): Failure {
  const names: readonly string[] = overridable;
  const help = names.includes(gate)
    ? `; to do it all the same: --override ${gate}`
    : '; this cannot be overridden here';
  return new Failure(
    'refused',
    `${policy.name} is stopped at ${formatPlace(place)} by ${gate}: ${detail}${help}.`,
    place,
  );
}
