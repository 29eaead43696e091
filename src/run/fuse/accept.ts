import type { Problem } from '../../core/problem.ts';
import type { Pending } from './pending.ts';
import { planDifference, type PlanDifference, type PlanId, type PlannedChange } from './plan-id.ts';
import type { RunSettings } from '../settings.ts';

/** Lines of a difference that a message tells; the rest is counted. */
const mostLines = 10;

/** The plan that a person accepted, and what of it is still to be released. */
export class AcceptedPlan {
  readonly #id: PlanId;
  #left: readonly PlannedChange[] | undefined;
  #pushed = 0;

  constructor(id: PlanId) {
    this.#id = id;
  }

  /** Compares what would be released now; the first time by the id, then, after a race, with what was accepted. */
  admits(pending: Pending): boolean {
    if (this.#left === undefined && pending.id === this.#id) this.#left = pending.changes;
    return this.#left !== undefined && isEmpty(planDifference(this.#left, pending.changes));
  }

  /** Was pushed: is expected no more. */
  released(changes: readonly PlannedChange[]): void {
    this.#pushed += changes.length;
    const fields = new Set(changes.map(({ field, policy }) => JSON.stringify([field, policy])));
    this.#left = this.#left?.filter(({ field, policy }) => !fields.has(JSON.stringify([field, policy])));
  }

  /**
   * Why it is not released.
   * @param shown what the plan held, where it was shown with the state of this machine
   */
  problem(
    pending: Pending,
    branch: string,
    settings: Pick<RunSettings, 'repository'>,
    shown: readonly PlannedChange[] | undefined,
  ): Problem {
    const { repository } = settings;
    const before = this.#left ?? shown;
    const now = pending.id === undefined ? 'Nothing would be released now' : `The plan is ${pending.id} now`;
    const differs =
      before === undefined
        ? 'What it held is not known on this machine.'
        : describeDifference(planDifference(before, pending.changes));
    const where = `${repository} (${branch})`;
    const changed =
      this.#pushed === 0
        ? `Plan ${this.#id} is not what would be released in ${where}, and nothing was pushed for it.`
        : `Of plan ${this.#id}, ${this.#pushed} fields in ${where} were released; what is left is not what would be released now, and was not pushed.`;
    return {
      code: 'plan-changed',
      message: `${changed} ${differs} ${now}; "tallyman plan --repository ${repository}" shows it.`,
    };
  }
}

function isEmpty({ added, gone, changed }: PlanDifference): boolean {
  return added.length + gone.length + changed.length === 0;
}

function describeDifference({ added, gone, changed }: PlanDifference): string {
  const lines = [
    ...added.map((change) => `added: ${describe(change)}`),
    ...gone.map((change) => `gone: ${describe(change)}`),
    ...changed.map(({ before, now }) => `changed: ${describe(before)} is now ${step(now)}`),
  ];
  const shown = lines.slice(0, mostLines).join('; ');
  return lines.length > mostLines ? `${shown}; and ${lines.length - mostLines} more.` : `${shown}.`;
}

function describe(change: PlannedChange): string {
  return `${change.policy} ${step(change)} (${change.field})`;
}

/** With digests where the tags alone would not tell two steps apart. */
function step({ from, to, digest }: PlannedChange): string {
  return `${from || 'nothing'} -> ${to}${digest === '' ? '' : `@${digest.slice(0, 19)}`}`;
}
