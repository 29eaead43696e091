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
import { demandSeenValues } from './seen.ts';

export interface RollbackOrder extends Order {
  readonly policy: string;
  /** Only the fields in this environment. */
  readonly environment: string | undefined;
  /** A tag, or a digest, that the fields held before; `undefined`: what each held before the present value, and nobody took back. */
  readonly to: string | undefined;
  readonly overrides: readonly string[];
}

/**
 * Puts fields back to what they held before, by the branch's own history: no registry is asked, unless a digest is wanted that was never
 * written (product.md, 6.3). What is left is rejected from then on (6.2). Windows, freezes and pauses do not stop it; holds do.
 */
export async function drawRollback(order: RollbackOrder, scene: Scene): Promise<Drawn> {
  if (order.to !== undefined && parseTag(order.to) === undefined && parseDigest(order.to) === undefined)
    throw new Failure('usage', `--to "${order.to}" is no tag and no digest.`);
  const bound = boundIn(order.policy, order.environment, scene);
  demandFree(bound, scene, ['hold', 'not-supported'], order.overrides);
  if (order.to === undefined) demandSeenValues(order.policy, bound, scene);
  const moves: OrderedMove[] = [];
  const stuck: Binding[] = [];
  for (const binding of bound) {
    const current = currentOf(binding);
    const past = new PastOf(binding, await scene.history.names(binding));
    if (order.to !== undefined && past.isAt(current, order.to)) continue;
    const value = await valueFor(order.to, binding, past, scene);
    if (value === undefined) stuck.push(binding);
    else
      moves.push({
        ...(await moveTo(binding, past.named(value), scene)),
        isAlone: isDigestAlone(value),
        isGiven: value.digest !== null,
      });
  }
  const [first] = stuck;
  if (first !== undefined) throw neverHeld(order, first, stuck.length, scene);
  if (moves.length === 0)
    return { commits: [], notes: [`Every field of ${order.policy} holds ${order.to ?? ''} already.`] };
  const lines = order.overrides.length === 0 ? [] : [`Overrides: ${order.overrides.join(', ')}.`];
  return drawMoves(order.policy, moves, { ...order, intent: 'rollback', lines }, scene);
}

async function valueFor(
  to: string | undefined,
  binding: Binding,
  past: PastOf,
  { history }: Scene,
): Promise<Current | undefined> {
  if (to === undefined) return history.previous(binding, (held) => past.isValue(held));
  return history.before(binding, (held) => past.isValue(held) && past.isAt(held, to));
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

  /** Whether it can be put there. */
  isValue(held: Current): boolean {
    return (
      parseTag(held.tag ?? '') !== undefined ||
      (this.#takesDigest && isDigestAlone(held) && parseDigest(held.digest ?? '') !== undefined)
    );
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
  { place, field }: Binding,
  count: number,
  { snapshot }: Scene,
): Failure {
  const now = field.tag ?? field.digest ?? '';
  const what = to ?? `anything before ${now === '' ? 'the present value' : now} that was not taken back`;
  const more = count === 1 ? '' : ` (and ${count - 1} more)`;
  const help =
    to === undefined
      ? `name a version with: tallyman release ${policy} --to TAG, or one that the field held with: tallyman rollback ${policy} --to TAG`
      : `a version that it never held is released with: tallyman release ${policy} --to ${to}`;
  return new Failure(
    'invalid-input',
    `The field at ${formatPlace(place)}${more} has not held ${what} on ${snapshot.branch}, as far back as its log is read; ${help}`,
  );
}
