import type { Binding } from '../../bindings/model.ts';
import { wantsDigest } from '../../bindings/edits/digest-demand.ts';
import { Failure } from '../../core/failure.ts';
import { formatPlace } from '../../core/position.ts';
import { parseDigest, type Digest } from '../../image/digest.ts';
import { parseTag, type Tag } from '../../image/tag.ts';
import type { Current } from '../../policy/election/decision.ts';
import { nameDigest, type DigestNames } from '../past/digest-names.ts';
import { isDigestAlone } from '../past/record-holds.ts';
import { currentOf } from '../rule.ts';
import { boundIn } from './bound-in.ts';
import { demandFree } from './gates.ts';
import type { Drawn, Order, Scene } from './model.ts';
import { drawMoves, type OrderedMove } from './move-to.ts';

export interface RollbackOrder extends Order {
  readonly policy: string;
  /** Only the fields in this environment. */
  readonly environment: string | undefined;
  /** A tag, or a digest, that the fields held before; `undefined`: the value that each held last. */
  readonly to: string | undefined;
  readonly overrides: readonly string[];
}

/**
 * Puts fields back to what they held before, by the branch's own history: no registry is asked, unless a digest is wanted that was never
 * written (product.md, 6.3). What is left is rejected from then on (6.2). Windows, freezes and pauses do not stop it; holds do.
 */
export async function drawRollback(order: RollbackOrder, scene: Scene): Promise<Drawn> {
  const bound = boundIn(order.policy, order.environment, scene);
  demandFree(bound, scene, ['hold', 'not-supported'], order.overrides);
  const moves: OrderedMove[] = [];
  const stuck: string[] = [];
  for (const binding of bound) {
    const current = currentOf(binding);
    const past = new PastOf(binding, await scene.history.names(binding));
    if (order.to !== undefined && past.isAt(current, order.to)) continue;
    const value = await scene.history.before(binding, (held) => past.isWanted(held, current, order.to));
    if (value === undefined) stuck.push(formatPlace(binding.place));
    else
      moves.push({
        ...(await moveTo(binding, past.named(value), scene)),
        isAlone: isDigestAlone(value),
        isGiven: value.digest !== null,
      });
  }
  const [place] = stuck;
  if (place !== undefined) throw neverHeld(order, place, stuck.length, scene);
  if (moves.length === 0)
    return { commits: [], notes: [`Every field of ${order.policy} holds ${order.to ?? ''} already.`] };
  const lines = order.overrides.length === 0 ? [] : [`Overrides: ${order.overrides.join(', ')}.`];
  return drawMoves(order.policy, moves, { ...order, intent: 'rollback', lines }, scene);
}

/** What a field held, with the tags of its digests. */
class PastOf {
  readonly #names: DigestNames;
  /** Whether a value without a tag can be put there. */
  readonly #takesDigest: boolean;

  constructor({ writes }: Binding, names: DigestNames) {
    this.#names = names;
    this.#takesDigest = writes.every(({ part }) => part !== 'tag');
  }

  named(held: Current): Current {
    return nameDigest(held, this.#names);
  }

  isAt(held: Current, to: string): boolean {
    return this.named(held).tag === to || held.digest === to;
  }

  isWanted(held: Current, current: Current, to: string | undefined): boolean {
    const isValue =
      parseTag(held.tag ?? '') !== undefined ||
      (this.#takesDigest && isDigestAlone(held) && parseDigest(held.digest ?? '') !== undefined);
    if (!isValue) return false;
    return to === undefined
      ? held.tag !== current.tag || held.digest !== current.digest
      : this.isAt(held, to);
  }
}

async function moveTo(binding: Binding, value: Current, scene: Scene): Promise<OrderedMove> {
  const tag = parseTag(value.tag ?? '') ?? null;
  const digest =
    tag === null ? (parseDigest(value.digest ?? '') ?? null) : await digestFor(binding, tag, value, scene);
  return { binding, tag, digest };
}

/** What stood in git, else what the registry says now. */
export async function digestFor(
  binding: Binding,
  tag: Tag,
  held: Current,
  { ports, signal }: Scene,
): Promise<Digest | null> {
  const known = parseDigest(held.digest ?? '');
  if (known !== undefined || !wantsDigest(binding)) return known ?? null;
  return (await ports.images.digest(binding.policy.image.repository, tag, signal)) ?? null;
}

function neverHeld(
  { policy, to }: RollbackOrder,
  place: string,
  count: number,
  { snapshot }: Scene,
): Failure {
  const what = to ?? 'anything else';
  const more = count === 1 ? '' : ` (and ${count - 1} more)`;
  const help =
    to === undefined
      ? `name a version with: tallyman release ${policy} --to TAG`
      : `a version that it never held is released with: tallyman release ${policy} --to ${to}`;
  return new Failure(
    'invalid-input',
    `The field at ${place}${more} has not held ${what} on ${snapshot.branch}, as far back as its log is read; ${help}`,
  );
}
