import type { Binding } from '../../bindings/model.ts';
import { asFailure, Failure } from '../../core/failure.ts';
import { formatPlace } from '../../core/position.ts';
import type { Current, Offer, PromotionFacts } from '../../policy/election/decision.ts';
import { describeSource } from '../../policy/election/describe.ts';
import type { Policy, Promotion } from '../../policy/model.ts';
import { isReadable, isTold, rankTags } from '../../policy/election/rank-tags.ts';
import type { HeldValue } from '../past/arrivals.ts';
import type { BranchHistory } from '../past/branch-history.ts';
import { nameDigest } from '../past/digest-names.ts';
import { isDigestAlone } from '../past/record-holds.ts';
import type { Prepared } from '../prepare/prepare.ts';
import { currentOf } from '../rule.ts';
import { isCycle, orderAtStart, sourceOf } from './hops.ts';
import { span, whyNotSoaked } from './soaking.ts';
import { commonStands, standsOf } from './stands.ts';

/** The branch that a promotion takes from: the one that the run is of, or another watched one. */
export interface Source {
  readonly value: Pick<Prepared, 'bindings' | 'policies'>;
  /** `undefined` where there is none to read (`--dir`). */
  readonly history: SourceHistory | undefined;
}

/** What is asked of a source's past. */
interface SourceHistory extends Pick<BranchHistory, 'names' | 'timeline'> {
  readonly origins: Pick<BranchHistory['origins'], 'horizon' | 'since'>;
}

export interface PromotionContext {
  /** The name in tallyman.yaml of the repository that the run is of. Default: none, as with `--dir`. */
  readonly self?: string;
  /** Of the run. */
  readonly here: Source;
  /** Another repository of tallyman.yaml, as it is now; `undefined` where none has the name. Without it none can be read (`--dir`). */
  readonly elsewhere: ((repository: string) => Promise<Source | undefined>) | undefined;
  /** Policies of this repository that this very run has moved and pushed: a hop takes a run of its own. Default none. */
  readonly moved?: ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What the source's fields hold, read once for each source. */
interface SourceState {
  readonly source: Source;
  readonly bindings: readonly Binding[];
  readonly current: Current;
  /** Along a chain of promotions, that of the policy at its start; `undefined`: it is not known. */
  readonly order: Policy | undefined;
  readonly now: number;
  /** By what was asked: many target fields ask the same. */
  readonly held: Map<string, Promise<Held>>;
  /** When what it holds now came to the last of its fields; read when it is first asked for. */
  since?: ReturnType<typeof latestOf>;
}

/** How a source's fields came to what they hold. */
interface Held {
  /** Without doubles. */
  readonly tags: readonly string[];
  /** Of the first field, oldest first. */
  readonly inTime: readonly string[];
  /** What all fields came to, and nobody took back. */
  readonly stands: readonly HeldValue[];
}

type Failed = NonNullable<PromotionFacts['failed']>;

/** Reads what `promote` policies take: versions that other policies hold in git (product.md, 6.4). */
export class Promotions {
  readonly #context: PromotionContext;
  readonly #states = new Map<string, Promise<SourceState | Failed>>();

  constructor(context: PromotionContext) {
    this.#context = context;
  }

  /**
   * @param asked the policy's rule
   * @param past what the field held, for its place in the source's order
   * @param inHaste whether a person asked for it: soaking does not count
   */
  async facts(
    asked: Promotion,
    current: Current,
    past: readonly Current[],
    inHaste = false,
  ): Promise<PromotionFacts> {
    const rule = { ...asked, from: sourceOf(asked, this.#context.self) };
    const name = describeSource(rule);
    const { elsewhere, moved } = this.#context;
    if (rule.from.repository !== undefined && elsewhere === undefined)
      return waiting(`what ${name} holds is in another repository, and with --dir no other one is read`);
    if (rule.from.repository === undefined && moved?.has(rule.from.policy) === true)
      return waiting(`${name} was moved by this very run; the next one looks at it`);
    const state = await this.#state(rule, name);
    if ('code' in state) return { offers: [], ranks: {}, failed: state };
    if (isPlaceholder(state.current))
      return waiting(`${name} holds ${shown(state.current)}, which is no version yet`);
    const { tags, inTime, stands } = await heldBy(state, rule, current);
    const target = { now: current.tag, held: past.flatMap(({ tag }) => tag ?? []) };
    const ranks = rankTags(state.order, tags, inTime, target);
    const isNow = inHaste || rule.pick === 'current';
    const offers = isNow ? [offerOf(state.current)] : this.#soaked(rule, stands);
    const isThere = offers.length === 1 && offers[0]?.tag === current.tag;
    const waits = inHaste || isThere ? undefined : await this.#waits(rule, state, offers, name);
    return { offers, ranks, ...(waits === undefined ? {} : { waits }) };
  }

  #soaked({ soak }: Promotion, stands: readonly HeldValue[]): readonly Offer[] {
    return stands.filter(({ since }) => this.#context.now - since >= soak).map(({ value }) => offerOf(value));
  }

  async #waits(
    { soak, pick }: Promotion,
    state: SourceState,
    offers: readonly Offer[],
    name: string,
  ): Promise<string | undefined> {
    const { bindings, current, now, source } = state;
    if (soak === 0) return undefined;
    if (pick === 'soaked')
      return offers.length > 0 ? undefined : `nothing that ${name} held has been there for ${span(soak)} yet`;
    const { history } = source;
    const tag = current.tag ?? 'it';
    if (history === undefined) return `how long ${name} has held ${tag} is not known without history`;
    const since = await (state.since ??= latestOf(bindings, history, now));
    return whyNotSoaked({ name, tag, soak, now, since, horizon: history.origins.horizon });
  }

  async #state(rule: Promotion, name: string): Promise<SourceState | Failed> {
    const known = this.#states.get(name);
    if (known !== undefined) return known;
    const state = this.#read(rule, name);
    this.#states.set(name, state);
    return state;
  }

  async #read({ from }: Promotion, name: string): Promise<SourceState | Failed> {
    const { here, elsewhere, self } = this.#context;
    if (isCycle(from, here.value.policies, self)) {
      return { code: 'bad-policy', message: `${name} promotes in the end from itself` };
    }
    const source = from.repository === undefined ? here : await elsewhere?.(from.repository).catch(asFailure);
    if (source instanceof Failure) {
      // It concerns this policy, and not its image: others of it go on.
      return { code: 'election-failed', message: `${name} cannot be read: ${source.message}` };
    }
    if (source === undefined) {
      const message = `there is no repository "${from.repository ?? ''}" in tallyman.yaml to promote from`;
      return { code: 'unknown-policy', message };
    }
    const bindings = source.value.bindings.filter(
      ({ policy, scope }) => policy.name === from.policy && scope !== 'name',
    );
    const [first] = bindings;
    if (first === undefined) {
      const message = `there is no policy ${name} that binds an image field; promotion takes what such a policy's fields hold`;
      return { code: 'unknown-policy', message };
    }
    const other = bindings.find((binding) => !same(currentOf(binding), currentOf(first)));
    if (other !== undefined) return disagreement(name, first, other);
    const current = await namedCurrent(first, source.history);
    if (isDigestAlone(current)) {
      const message = `${name} holds no tag at ${formatPlace(first.place)}, only a digest that no release record tells the tag of; promotion copies a tag with its digest`;
      return { code: 'election-failed', message };
    }
    const order = orderAtStart(first.policy, source.value.policies, from.repository ?? self);
    if (order?.rule.kind === 'digest') {
      const message = `${name} follows the one tag ${order.rule.tag} by its digest, and what is promoted is told by its tag; give the images tags of their own, and let ${order.name} elect among those`;
      return { code: 'election-failed', message };
    }
    return { source, bindings, current, order, now: this.#context.now, held: new Map() };
  }
}

function waiting(waits: string): PromotionFacts {
  return { offers: [], ranks: {}, waits };
}

/** A digest that stands alone, with the tag that the field's own records tell. */
async function namedCurrent(binding: Binding, history: SourceHistory | undefined): Promise<Current> {
  const current = currentOf(binding);
  if (history === undefined || !isDigestAlone(current)) return current;
  return nameDigest(current, await history.names(binding));
}

/** What a target field must know of the source's past, read once for all that ask the same. */
async function heldBy(state: SourceState, { pick }: Promotion, current: Current): Promise<Held> {
  const { order, held } = state;
  // The order is in the text, and only what stands there now is asked for: nothing has to be looked up.
  const isNow = pick === 'current' && order !== undefined && isToldOf(order, [state.current, current]);
  const key = pick === 'soaked' || isNow ? pick : `${pick} ${shown(current)}`;
  const known = held.get(key) ?? readHeld(state, pick === 'soaked' ? 'all' : isNow ? 'none' : current);
  held.set(key, known);
  return known;
}

/** Whether the order is in the text of the tags, and these can be read in it. */
function isToldOf(order: Policy, values: readonly Current[]): boolean {
  return isTold(order) && values.every((value) => isPlaceholder(value) || isReadable(order, value.tag ?? ''));
}

/** @param asked all of every field; of the first field what came since it held a value, and what people may have taken back before; or nothing */
async function readHeld(
  { bindings, current, order, now, source: { history } }: SourceState,
  asked: 'all' | 'none' | Current,
): Promise<Held> {
  const isAll = asked === 'all';
  const wanted = asked === 'none' || history === undefined ? [] : isAll ? bindings : bindings.slice(0, 1);
  const isLast = (value: Current): boolean => typeof asked === 'object' && same(value, asked);
  const fields = await Promise.all(
    wanted.map(async (binding) => (history === undefined ? [] : timeline(binding, history, isLast, now))),
  );
  const values = [current, ...fields.flat().map(({ value }) => value)];
  const tags = [...new Set(values.flatMap(({ tag }) => tag ?? []))];
  const inTime = [...(fields[0] ?? []).map(({ value }) => value.tag ?? '').toReversed(), current.tag ?? ''];
  if (!isAll) return { tags, inTime, stands: [] };
  // What the target holds beside does not change which of these is newer.
  const ranks = rankTags(order, tags, inTime);
  const stands = fields.map((one) => standsOf(one, ({ tag }) => rankOf(ranks, tag)));
  return { tags, inTime, stands: commonStands(stands) };
}

async function timeline(
  binding: Binding,
  history: SourceHistory,
  last: (value: Current) => boolean,
  now: number,
): Promise<readonly HeldValue[]> {
  const held = await history.timeline(binding, last, now);
  if (!held.some(({ value }) => isDigestAlone(value))) return held;
  const names = await history.names(binding);
  return held.map((one) => ({ ...one, value: nameDigest(one.value, names) }));
}

async function latestOf(
  bindings: readonly Binding[],
  { origins }: SourceHistory,
  now: number,
): Promise<number | 'unknown'> {
  let latest = 0;
  for (const binding of bindings) {
    const since = await origins.since(binding, now);
    if (since === 'unknown') return since;
    latest = Math.max(latest, since);
  }
  return latest;
}

function disagreement(name: string, a: Binding, b: Binding): Failed {
  const [left, right] = [a, b].map((one) => `${formatPlace(one.place)} holds ${shown(currentOf(one))}`);
  return {
    code: 'source-disagrees',
    message: `the fields of ${name} do not agree: ${left ?? ''}, ${right ?? ''}; nothing is promoted until they do`,
  };
}

function offerOf({ tag, digest }: Current): Offer {
  return { tag: tag ?? '', digest };
}

function rankOf(ranks: PromotionFacts['ranks'], tag: string | null): number | undefined {
  return tag !== null && Object.hasOwn(ranks, tag) ? ranks[tag] : undefined;
}

/** What waits for its first version, and is none itself. */
function isPlaceholder({ tag, digest }: Current): boolean {
  return digest === null && (tag === null || tag === '' || tag === 'latest');
}

function shown({ tag, digest }: Current): string {
  return `${tag ?? ''}${digest === null ? '' : `@${digest}`}` || 'nothing';
}

function same(a: Current, b: Current): boolean {
  return a.tag === b.tag && a.digest === b.digest;
}
