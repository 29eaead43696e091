import type { Current, DecisionInput, Gate } from './decision.ts';
import type { Hold } from './model.ts';

/** What the election found out about the value that the field holds now. */
export interface Standing {
  /** The policy's own rules would not elect it, and it is no placeholder. */
  readonly pinned: boolean;
  /** A value that people left behind for the one now in git. */
  readonly revertedFrom: string | undefined;
}

/** Everything that stops the binding although a tag may be elected. Group and environment gates come later, from the run. */
export function gatesOf(input: DecisionInput, standing: Standing): readonly Gate[] {
  const gates: Gate[] = [];
  const holds = input.policy.hold === undefined ? input.holds : [input.policy.hold, ...input.holds];
  for (const hold of holds) {
    if (hold.until === undefined || hold.until > input.now)
      gates.push({ gate: 'hold', detail: holdDetail(hold) });
  }
  if (standing.pinned) {
    gates.push({
      gate: 'pinned',
      detail: `the policy would not elect the current value ${shownValue(input.current)}, so somebody put it there on purpose; put back a version of this policy to go on`,
    });
  }
  if (standing.revertedFrom !== undefined && input.policy.onRevert === 'hold') {
    gates.push({
      gate: 'reverted',
      detail: `${standing.revertedFrom} was taken back, and onRevert is hold: nothing is released until it is lifted`,
    });
  }
  return gates;
}

function holdDetail(hold: Hold): string {
  const by = hold.by === '' ? '' : ` by ${hold.by}`;
  const until = hold.until === undefined ? '' : ` until ${new Date(hold.until).toISOString()}`;
  return `held${by}${until}: ${hold.reason === '' ? 'no reason given' : hold.reason}`;
}

/** `tag@digest` with what is there. */
export function shownValue({ tag, digest }: Current): string {
  return `${tag ?? ''}${digest === null ? '' : `@${digest}`}`;
}
