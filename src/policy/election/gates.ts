import type { Current, DecisionInput, Gate, Rival } from './decision.ts';
import { describeUnmet, unmetDemands } from './guardrails.ts';
import type { Hold } from '../model.ts';
import { compileWindow } from '../time/window.ts';

/** What the election found out about the value that the field holds now. */
export interface Standing {
  /** Whose rules would not elect it; `undefined`: it is good, or a placeholder. */
  readonly pinned: 'policy' | 'environment' | 'unknown' | undefined;
  /** A value that people left behind for the one now in git. */
  readonly revertedFrom: string | undefined;
}

/** Everything that stops the binding although a tag may be elected. Group and environment gates come later, from the run. */
export function gatesOf(input: DecisionInput, standing: Standing): readonly Gate[] {
  const gates: Gate[] = [];
  const holds = input.policy.hold === undefined ? input.holds : [input.policy.hold, ...input.holds];
  for (const hold of holds) {
    if (hold.until === undefined || hold.until > input.now())
      gates.push({ gate: 'hold', detail: holdDetail(hold) });
  }
  gates.push(...scheduleGate(input), ...environmentGates(input));
  if (input.promotion?.waits !== undefined) gates.push({ gate: 'source', detail: input.promotion.waits });
  if (standing.pinned !== undefined)
    gates.push({ gate: 'pinned', detail: pinnedDetail(input, standing.pinned) });
  if (input.rival !== undefined)
    gates.push({ gate: 'another-writer', detail: rivalDetail(input.rival, input.policy.name) });
  if (standing.revertedFrom !== undefined && input.policy.onRevert === 'hold') {
    gates.push({
      gate: 'reverted',
      detail: `${standing.revertedFrom} was taken back, and onRevert is hold: nothing is released until it is lifted`,
    });
  }
  return gates;
}

function pinnedDetail(
  { current, environment, policy, pinnedBy }: DecisionInput,
  by: NonNullable<Standing['pinned']>,
): string {
  const value = shownValue(current);
  const who = pinnedBy === undefined ? '' : `pinned by ${pinnedBy.author} in ${pinnedBy.commit}: `;
  if (by === 'unknown')
    return `the current value ${value} is none of this policy, and older than the log that is read: nobody can tell whether it was put there on purpose; set the field to a version of this policy once to go on`;
  if (by === 'policy' && (current.tag ?? '') === '') {
    return `${who}neither a release record nor the best tags in the registry tell which version of this policy ${value} is, so somebody put it there on purpose; put back a version that was released here, or write its tag beside the digest`;
  }
  if (by === 'policy') {
    const why = pinnedBy === undefined ? ', so somebody put it there on purpose' : '';
    return `${who}the policy would not elect the current value ${value}${why}; put back a version of this policy to go on`;
  }
  return `${who}the environment ${environment?.name ?? ''} takes only tags that match "${policy.environmentTags ?? ''}", and the current value ${value} is none of them; put one there by hand to go on`;
}

function rivalDetail({ author, commits, values }: Rival, policy: string): string {
  const moves = values.map((value, index) => `off ${value} in ${commits[index] ?? ''}`).join(' and ');
  return `another writer: ${author} moved it ${moves}, within a day; let one of you write this field, then: tallyman lift ${policy}`;
}

function scheduleGate({ policy: { schedule }, now }: DecisionInput): Gate[] {
  if (schedule === undefined) return [];
  const window = compileWindow(schedule);
  // It was checked when the policy was loaded; what cannot be read stays shut.
  if ('error' in window) return [{ gate: 'schedule', detail: window.error }];
  const at = now();
  if (window.isOpen(at)) return [];
  const next = window.nextOpening(at);
  const opens = next === undefined ? 'it does not open within two weeks' : `it opens at ${instant(next)}`;
  return [{ gate: 'schedule', detail: `outside the policy's window (${schedule.timeZone}); ${opens}` }];
}

function environmentGates({ environment, now }: DecisionInput): Gate[] {
  if (environment === undefined) return [];
  const { name, paused, freezes, rules = {} } = environment;
  const unmet = unmetDemands(rules);
  const at = freezes.length === 0 ? 0 : now();
  const frozen = freezes.filter(({ from, until }) => from <= at && at < until);
  const last = Math.max(...frozen.map(({ until }) => until));
  const reasons = frozen.map(({ reason }) => reason).filter((reason) => reason !== '');
  const why = reasons.length === 0 ? '' : `: ${reasons.join(', ')}`;
  return [
    ...(paused ? [{ gate: 'paused', detail: `the environment ${name} is paused` } as const] : []),
    ...(frozen.length === 0
      ? []
      : [
          {
            gate: 'freeze',
            detail: `the environment ${name} is frozen until ${instant(last)}${why}`,
          } as const,
        ]),
    ...(unmet.length === 0
      ? []
      : [
          {
            gate: 'not-supported',
            detail: `the environment ${name} has ${describeUnmet(unmet)}; take that out of tallyman.yaml, or edit the field by hand`,
          } as const,
        ]),
  ];
}

function instant(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

function holdDetail(hold: Hold): string {
  const by = hold.by === '' ? '' : ` by ${hold.by}`;
  const until = hold.until === undefined ? '' : ` until ${instant(hold.until)}`;
  return `held${by}${until}: ${hold.reason === '' ? 'no reason given' : hold.reason}`;
}

/** `tag@digest` with what is there. */
export function shownValue({ tag, digest }: Current): string {
  return `${tag ?? ''}${digest === null ? '' : `@${digest}`}`;
}
