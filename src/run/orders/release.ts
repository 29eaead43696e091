import { wantsDigest } from '../../bindings/edits/digest-demand.ts';
import type { Binding } from '../../bindings/model.ts';
import { asFailure, Failure } from '../../core/failure.ts';
import { didYouMean } from '../../core/nearest.ts';
import { formatPlace } from '../../core/position.ts';
import { parseTag, type Tag } from '../../image/tag.ts';
import type { DecisionInput, DropRule } from '../../policy/election/decision.ts';
import { ReadingsCache } from '../../policy/election/readings.ts';
import { AgeEvidence } from '../ages/age-evidence.ts';
import { elect } from '../elect.ts';
import { ImageLookup } from '../image-facts.ts';
import { nameDigest } from '../past/digest-names.ts';
import { isDigestAlone } from '../past/record-holds.ts';
import { currentOf } from '../rule.ts';
import { boundIn } from './bound-in.ts';
import { demandFree } from './gates.ts';
import type { Drawn, Order, Scene } from './model.ts';
import { drawMoves, type OrderedMove } from './move-to.ts';
import { digestFor } from './rollback.ts';

export interface ReleaseOrder extends Order {
  readonly policy: string;
  /** Only the fields in this environment. */
  readonly environment: string | undefined;
  /** An existing tag. */
  readonly to: string;
  readonly overrides: readonly string[];
}

/**
 * Puts one given tag into a policy's fields. The policy's rules and gates count, but those of order: it may be older, taken back before,
 * or not the best. What is overridden stands in the commit. Where the registry is down, a tag that the field held before is believed.
 */
export async function drawRelease(order: ReleaseOrder, scene: Scene): Promise<Drawn> {
  const tag = parseTag(order.to);
  if (tag === undefined) throw new Failure('usage', `--to "${order.to}" is no tag.`);
  const bound = boundIn(order.policy, order.environment, scene);
  demandFree(bound, scene, ['hold', 'schedule', 'freeze', 'paused', 'not-supported'], order.overrides);
  const lister = new Listed(scene);
  const moves: OrderedMove[] = [];
  for (const binding of bound) {
    const move = await moveOf(binding, tag, order, lister, scene);
    if (move !== undefined) moves.push(move);
  }
  if (moves.length === 0)
    return { commits: [], notes: [`Every field of ${order.policy} holds ${tag} already.`] };
  const lines = order.overrides.length === 0 ? [] : [`Overrides: ${order.overrides.join(', ')}.`];
  const drawn = await drawMoves(order.policy, moves, { ...order, intent: 'release', lines }, scene);
  return { ...drawn, notes: lister.notes };
}

async function moveOf(
  binding: Binding,
  tag: Tag,
  order: ReleaseOrder,
  lister: Listed,
  scene: Scene,
): Promise<OrderedMove | undefined> {
  const current = currentOf(binding);
  if (current.tag === tag && (current.digest !== null || !wantsDigest(binding))) return undefined;
  const tags = await lister.tags(binding, tag);
  if (tags === undefined) {
    const names = await scene.history.names(binding);
    const held = await scene.history.before(binding, (value) => nameDigest(value, names).tag === tag);
    if (held === undefined) throw lister.failure(binding);
    return { binding, tag, digest: await digestFor(binding, tag, held, scene) };
  }
  if (!tags.includes(tag)) {
    const image = binding.policy.image.spelled;
    throw new Failure('invalid-input', `${image} has no tag "${tag}"${didYouMean(tag, tags)}.`);
  }
  const digest = await judged(binding, tag, order, scene);
  return isDigestAlone(current) && digest === current.digest ? undefined : { binding, tag, digest };
}

/** What the policy's rules say of the tag alone. @returns its digest, where one is wanted */
export async function judged(
  binding: Binding,
  tag: Tag,
  { overrides }: Pick<ReleaseOrder, 'overrides'>,
  { ports, history, environmentOf, now, signal }: Scene,
  known: { readonly tags?: readonly Tag[]; readonly promotion?: DecisionInput['promotion'] } = {},
): Promise<OrderedMove['digest']> {
  const evidence = new AgeEvidence(ports.state, now, (digest) => history.recordedAt(digest));
  const lookup = new ImageLookup(
    binding.policy.image.repository,
    known.tags ?? [tag],
    ports,
    evidence,
    signal,
  );
  const set = new Set(overrides);
  const minAge = set.has('minAge') ? { minAge: undefined } : {};
  const platforms = set.has('platforms') ? { platforms: [] } : {};
  const policy = { ...binding.policy, ...minAge, ...platforms };
  const found = environmentOf(binding.file);
  const environment = found && { ...found, rules: { ...found.rules, ...minAge } };
  const current = { tag: null, digest: null };
  const wants = wantsDigest(binding);
  const { promotion } = known;
  const asked = { policy, current, past: [], holds: [], environment, wantsDigest: wants, promotion };
  const decision = await elect({ ...asked, now: () => now }, lookup, new ReadingsCache());
  if (decision.elected === tag) return decision.digest;
  const [dropped] = decision.dropped;
  const why = dropped === undefined ? decision.reason : `${dropped.rule}: ${dropped.detail}`;
  const name = dropped === undefined ? undefined : overrideOf[dropped.rule];
  const help =
    name === undefined
      ? 'change the policy first, or it would be pinned there'
      : `to release it all the same: --override ${name}`;
  throw new Failure(
    'refused',
    `${binding.policy.name} does not admit ${tag} at ${formatPlace(binding.place)} (${why}); ${help}.`,
    binding.place,
  );
}

const overrideOf: Partial<Record<DropRule, string>> = {
  'too-young': 'minAge',
  'platform-missing': 'platforms',
};

/** Tag lists, each asked for once; a registry that does not answer is told of. */
export class Listed {
  readonly notes: string[] = [];
  readonly #scene: Scene;
  readonly #lists = new Map<string, readonly Tag[] | Failure>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** `undefined` where the registry does not answer. */
  async tags({ policy: { image } }: Binding, tag: Tag): Promise<readonly Tag[] | undefined> {
    const { ports, signal } = this.#scene;
    const known = this.#lists.get(image.repository);
    const list =
      known ?? (await ports.tags.list(image.repository, signal).catch((error: unknown) => asFailure(error)));
    this.#lists.set(image.repository, list);
    if (!(list instanceof Failure)) return list;
    if (known === undefined)
      this.notes.push(
        `${list.message.replace(/\.$/, '')}. ${tag} was held before, so it is released without asking.`,
      );
    return undefined;
  }

  failure({ policy: { image } }: Binding): Failure {
    const list = this.#lists.get(image.repository);
    return list instanceof Failure ? list : new Failure('internal', `${image.spelled} was not listed.`);
  }
}
