import { Failure } from '../../core/failure.ts';
import { parseTag } from '../../image/tag.ts';
import type { DecisionInput, PromotionFacts } from '../../policy/election/decision.ts';
import { describeRule } from '../../policy/election/describe.ts';
import type { Promotion } from '../../policy/model.ts';
import { Promotions, type Source } from '../promotion/promotion.ts';
import { isDigestAlone } from '../past/record-holds.ts';
import { currentOf } from '../rule.ts';
import { boundIn } from './bound-in.ts';
import { demandFree } from './gates.ts';
import type { Drawn, Order, Scene } from './model.ts';
import { drawMoves, type OrderedMove } from './move-to.ts';
import { judged, Listed } from './release.ts';

export interface PromoteOrder extends Order {
  readonly policy: string;
  /** Only the fields in this environment. */
  readonly environment: string | undefined;
  readonly overrides: readonly string[];
}

/**
 * Takes what the source of a `promote` policy holds now, without waiting until it has soaked, and also where the field went beyond it or took it back
 * before (product.md, 6.4). The policy's other rules and its gates count.
 */
export async function drawPromote(order: PromoteOrder, scene: Scene): Promise<Drawn> {
  const bound = boundIn(order.policy, order.environment, scene);
  const rule = bound[0]?.policy.rule;
  if (rule?.kind !== 'promote') {
    throw new Failure(
      'invalid-input',
      `${order.policy} does not promote: it is ${rule === undefined ? 'nothing' : describeRule(rule)}. Release a given tag with: tallyman release ${order.policy} --to TAG`,
      bound[0]?.policy.place,
    );
  }
  demandFree(bound, scene, ['hold', 'schedule', 'freeze', 'paused', 'not-supported'], order.overrides);
  const { prepared, history, ports, now, signal } = scene;
  const elsewhere = async (name: string): Promise<Source | undefined> => ports.neighbour?.(name, signal);
  const promotions = new Promotions({
    self: scene.settings.repository,
    here: { value: prepared, history },
    elsewhere,
    now,
  });
  const lister = new Listed(scene);
  const moves: OrderedMove[] = [];
  // What it holds now is the same for every field.
  const facts = await promotions.facts(rule, { tag: null, digest: null }, [], true);
  const tag = parseTag(offered(facts, rule));
  if (tag === undefined) throw new Failure('invalid-input', `${describeRule(rule)} gives no tag.`);
  for (const binding of bound) {
    const current = currentOf(binding);
    if (
      (current.tag === tag || isDigestAlone(current)) &&
      (current.digest ?? '') === (facts.offers[0]?.digest ?? '')
    )
      continue;
    const tags = await lister.tags(binding, tag);
    if (tags === undefined) throw lister.failure(binding);
    const promotion: DecisionInput['promotion'] = { ...facts, ranks: { [tag]: 0 } };
    const digest = await judged(binding, tag, order, scene, { tags, promotion });
    if (current.tag !== tag || current.digest !== digest) moves.push({ binding, tag, digest });
  }
  if (moves.length === 0)
    return { commits: [], notes: [`${order.policy} holds already what ${describeRule(rule)} gives.`] };
  const lines = order.overrides.length === 0 ? [] : [`Overrides: ${order.overrides.join(', ')}.`];
  return drawMoves(order.policy, moves, { ...order, intent: 'promote', lines }, scene);
}

function offered({ offers, failed, waits }: PromotionFacts, rule: Promotion): string {
  if (failed !== undefined) throw new Failure('refused', `${describeRule(rule)}: ${failed.message}.`);
  if (waits !== undefined) throw new Failure('refused', `${describeRule(rule)}: ${waits}.`);
  return offers[0]?.tag ?? '';
}
