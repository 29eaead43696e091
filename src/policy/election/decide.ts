import type { Tag } from '../../image/tag.ts';
import { compileScreen, type Screen } from './candidates.ts';
import type {
  Current,
  DecideStep,
  Decision,
  DecisionInput,
  DroppedTag,
  DropRule,
  PromotionFailure,
} from './decision.ts';
import { examine, examineAge, mostExamined, type Examination } from './examine.ts';
import { underGuardrails } from './guardrails.ts';
import { gatesOf, shownValue, type Standing } from './gates.ts';
import {
  creationRanking,
  knownOf,
  numberRanking,
  orderOf,
  promotionRanking,
  singleRanking,
  textRanking,
  versionRanking,
} from './order.ts';
import { movedAtSource, notOffered, promotionFailure } from './promoted.ts';
import { whyElected, whyNothing } from './reason.ts';
import { ReadingsCache } from './readings.ts';
import { bestOf, namelessLeft, survey, undecided, wasLeft, type Survey } from './survey.ts';
import { keptBackOf, traceOf } from './trace.ts';
import { tooMuchWork } from './work.ts';

/** Creation times are asked for at most so many candidates (product.md, 3). */
export const mostCandidates = 500;

/**
 * Elects a tag, or says what must be known first: the creation times of the candidates where the order is `newest`,
 * then the digest of the elected tag where one is wanted. The rules of the field's environment count as if they stood in the policy. Pure; the same facts give the same answer in any order of the tags.
 * @param cache readings of elections before this one; with it only new tags are read, and the answer is the same
 */
export function decide(asked: DecisionInput, cache: ReadingsCache = new ReadingsCache()): DecideStep {
  const input = underGuardrails(asked);
  const { rule } = input.policy;
  const screen = compileScreen(input.policy);
  const costly = tooMuchWork(screen.steps, input.facts.tags);
  if (costly !== undefined) return { decision: unread(input, screen, costly) };
  const order = orderOf(rule);
  switch (order) {
    case 'semver':
      return elect(survey(input, screen, versionRanking(rule, input.current.tag), cache));
    case 'numeric':
      return elect(survey(input, screen, numberRanking(rule), cache));
    case 'alphabetical':
      return elect(survey(input, screen, textRanking(rule), cache));
    case 'newest':
      return electNewest(input, screen, cache);
    case 'none':
      return elect(survey(input, screen, singleRanking, cache));
    case 'promotion':
      return electPromoted(survey(input, screen, promotionRanking(input.promotion?.ranks ?? {}), cache));
    default:
      return order satisfies never;
  }
}

function electNewest(input: DecisionInput, screen: Screen, cache: ReadingsCache): DecideStep {
  const { facts, current } = input;
  const { rules } = cache.read(input.policy, null, facts.tags, screen, singleRanking);
  const candidates = facts.tags.filter((_, index) => rules[index] === undefined);
  if (candidates.length > mostCandidates) return tooMany(input, screen, candidates.length, cache);
  const wanted = new Set<Tag>(candidates);
  // The current value may be gone from the list; its time may still be known, and nothing older may follow it.
  if (candidates.length > 0 && current.tag !== null && 'value' in screen.judge(current.tag))
    wanted.add(current.tag as Tag);
  if (input.offline === true) return elect(survey(input, screen, creationRanking(facts), cache));
  const unknown = [...wanted].filter((tag) => knownOf(facts.created, tag) === undefined);
  if (unknown.length > 0) return { needs: [{ kind: 'created', tags: unknown }] };
  return elect(survey(input, screen, creationRanking(facts), cache));
}

function electPromoted<Key>(surveyed: Survey<Key>): DecideStep {
  const failed = promotionFailure(surveyed);
  if (failed !== undefined) return { decision: concludeNone(surveyed, failed) };
  return elect(surveyed, notOffered(surveyed));
}

function tooMany(input: DecisionInput, screen: Screen, count: number, cache: ReadingsCache): DecideStep {
  const surveyed = survey(input, screen, singleRanking, cache);
  const failed = `${count} tags are candidates, and creation times are read for ${mostCandidates} at most: narrow them with the pattern, filterTags or exclude, or choose an order that the tags themselves tell`;
  return { decision: concludeNone(surveyed, failed) };
}

/** No tag of the list is read at all. */
function unread(input: DecisionInput, screen: Screen, failed: string): Decision {
  const { tags } = input.facts;
  const surveyed = survey(
    { ...input, facts: { ...input.facts, tags: [] } },
    screen,
    singleRanking,
    new ReadingsCache(),
  );
  const none = tags.map(() => undefined);
  const all: typeof surveyed = { ...surveyed, input, tags, rules: none, keys: none, again: () => all };
  return concludeNone(all, failed);
}

/** The election cannot be completed: no candidate was looked at to the end. */
function concludeNone<Key>(
  surveyed: Survey<Key>,
  failed: string | PromotionFailure,
  late = new Map<number, DropRule>(),
): Decision {
  surveyed.rules.forEach((rule, index) => {
    if (rule === undefined && !late.has(index)) late.set(index, 'not-examined');
  });
  return conclude(surveyed, -1, late, typeof failed === 'string' ? failed : failed.message, failed);
}

/** Why a `strict` numeric policy elects nothing: in Flux 2, one candidate that is no number fails the whole policy. */
function notNumbers<Key>({ input, tags, rules }: Survey<Key>): string | undefined {
  const { rule } = input.policy;
  if (rule.kind !== 'numeric' || rule.strict !== true) return undefined;
  const first = rules.indexOf('unparsable');
  if (first === -1) return undefined;
  return `${tags[first] ?? ''} passes the filter and is no number, so the whole policy fails, as in Flux 2; narrow filterTags to tags that give digits`;
}

/** Takes the best candidate that people have not left behind. */
function elect<Key>(surveyed: Survey<Key>, late = new Map<number, DropRule>()): DecideStep {
  const { input, tags } = surveyed;
  const bad = notNumbers(surveyed);
  if (bad !== undefined) return { decision: concludeNone(surveyed, bad) };
  const unknown = input.offline === true ? [] : undecided(surveyed);
  if (unknown.length > 0) return { needs: unknown.map((tag) => ({ kind: 'digest', tag })) };
  const [nameless] = namelessLeft(surveyed);
  if (nameless !== undefined && surveyed.ranking.history === 'mark')
    return { decision: concludeNone(surveyed, unknownMark(nameless), late) };
  let examined = 0;
  for (;;) {
    const best = bestOf(surveyed, late);
    const tag = tags[best] as Tag | undefined;
    if (tag === undefined) return { decision: conclude(surveyed, -1, late, whyNothing(surveyed, late)) };
    if (nameless !== undefined && input.offline !== true && knownOf(input.facts.digests, tag) === undefined)
      return { needs: [{ kind: 'digest', tag }] };
    if (wasLeft(surveyed, best)) late.set(best, 'rejected');
    else {
      const result = examineChange(input, tag);
      if (result === 'passes') return withDigest(surveyed, best, tag, late);
      if ('needs' in result) return { needs: [result.needs] };
      late.set(best, result.drops);
      if (++examined === mostExamined)
        return { decision: concludeNone(surveyed, tooManyFail(result.drops), late) };
    }
  }
}

/**
 * The value that stands there passed when it was elected; only what would move is examined. Of a policy that follows a digest, the tag alone
 * is no value. A digest that is added to the tag must be old enough too: the tag may have moved since it was released.
 */
function examineChange(input: DecisionInput, tag: Tag): Examination {
  const { policy, current, facts, offline, wantsDigest } = input;
  if (tag !== current.tag) return examine(input, tag);
  const follows = policy.rule.kind === 'digest';
  const adds = wantsDigest && policy.digest === 'pin' && current.digest === null;
  if (!follows && !adds) return 'passes';
  const digest = knownOf(facts.digests, tag);
  if (digest === undefined) return offline === true ? 'passes' : { needs: { kind: 'digest', tag } };
  if (digest === null || digest === current.digest) return 'passes';
  return follows ? examine(input, tag) : examineAge(input, tag);
}

/** Nothing at or below what was taken back is elected, and nobody knows where that is. */
function unknownMark(left: Current): string {
  return `${shownValue(left)} was taken back here, and neither a release record nor the registry tells which version it was, so nothing can be shown to be newer; let it be released again with tallyman lift, or write the tag beside the digest`;
}

function tooManyFail(rule: DropRule): string {
  return `the ${mostExamined} best candidates all fail (${rule}), and no more are looked at; narrow the candidates, or put their images right`;
}

/** A tag without its digest is half an answer: where the registry has none, nothing is elected. */
function withDigest<Key>(
  surveyed: Survey<Key>,
  best: number,
  tag: Tag,
  late: Map<number, DropRule>,
): DecideStep {
  const { input } = surveyed;
  const wanted = input.wantsDigest || input.policy.digest === 'pin' || input.policy.rule.kind === 'digest';
  if (wanted) {
    const digest = knownOf(input.facts.digests, tag);
    if (digest === undefined && input.offline !== true) return { needs: [{ kind: 'digest', tag }] };
    if (digest === null) {
      late.set(best, 'no-digest');
      const reason = `the registry listed ${tag} but has no digest for it; nothing is elected until it answers for both`;
      return { decision: conclude(surveyed, -1, late, reason) };
    }
    const moved = digest === undefined ? undefined : movedAtSource(input, tag, digest);
    if (moved !== undefined) return { decision: concludeNone(surveyed, moved, late) };
  }
  return { decision: conclude(surveyed, best, late, whyElected(surveyed, best, late)) };
}

function conclude<Key>(
  surveyed: Survey<Key>,
  elected: number,
  late: ReadonlyMap<number, DropRule>,
  reason: string,
  failed?: string | PromotionFailure,
): Decision {
  const { input, tags, again } = surveyed;
  const tag = (tags[elected] as Tag | undefined) ?? null;
  let trace: readonly DroppedTag[] | undefined;
  return {
    policy: input.policy.name,
    ...(input.environment === undefined ? {} : { environment: input.environment.name }),
    current: input.current,
    elected: tag,
    digest: tag === null ? null : (knownOf(input.facts.digests, tag) ?? null),
    reason,
    ...(tag !== null && !surveyed.current.admitted && !isPlaceholder(input.current) && !surveyed.held
      ? { adopts: true }
      : {}),
    ...(failed === undefined ? {} : { failed: reason }),
    ...(typeof failed === 'object' ? { failedCode: failed.code } : {}),
    considered: tags.length,
    // Decisions are kept: what these name is held with them, and nothing else.
    get dropped() {
      return (trace ??= traceOf(again(), elected, late));
    },
    get keptBack() {
      return keptBackOf(again(), late);
    },
    gates: gatesOf(input, standingOf(surveyed, late)),
  };
}

function standingOf<Key>(surveyed: Survey<Key>, late: ReadonlyMap<number, DropRule>): Standing {
  const { barred, input } = surveyed;
  const placeholder = isPlaceholder(input.current);
  return {
    pinned: placeholder ? undefined : barred ? 'environment' : foreignTo(surveyed),
    revertedFrom: revertedFrom(surveyed, late),
  };
}

function isPlaceholder({ tag, digest }: Current): boolean {
  return (tag === null || tag === '' || tag === 'latest') && digest === null;
}

function foreignTo<Key>({ current, held, input }: Survey<Key>): 'policy' | 'unknown' | undefined {
  if (current.admitted) return undefined;
  return held ? 'policy' : input.isForgotten === true ? 'unknown' : undefined;
}

function revertedFrom<Key>(surveyed: Survey<Key>, late: ReadonlyMap<number, DropRule>): string | undefined {
  const { ranking, mark, current, left, tags } = surveyed;
  if (ranking.history === 'mark') {
    const above =
      mark !== undefined && (current.key === undefined || ranking.compare(mark.key, current.key) > 0);
    const [nameless] = namelessLeft(surveyed);
    return above ? mark.tag : nameless && shownValue(nameless);
  }
  const [value] = left;
  if (value !== undefined) return shownValue(value);
  for (const [index, rule] of late) if (rule === 'rejected') return tags[index];
  return undefined;
}
