import { Failure } from '../../core/failure.ts';
import { didYouMean } from '../../core/nearest.ts';
import { formatPlace } from '../../core/position.ts';
import { describeFuse } from '../../run/fuse/fuse.ts';
import type { RunPlan } from '../../run/plan.ts';
import type { Ruling } from '../../run/rule.ts';
import { worstExit, type Answer, type ExitCode } from '../answer.ts';
import { clean, cleanMessage } from '../clean.ts';
import type { CliContext } from '../context.ts';
import { decisionJson } from '../decision-json.ts';
import { describeDecision } from '../explain-text.ts';
import { failureJson } from '../failures.ts';
import { problemLines } from '../problems.ts';
import type { ConfigOptions } from '../session.ts';
import { withSession } from '../session.ts';
import type { Style } from '../style.ts';
import { planTree } from './plan.ts';
import { runAll } from './run.ts';

export interface ExplainOptions extends ConfigOptions {
  readonly policy: string;
  readonly dir: string | undefined;
  readonly limit: number;
}

/** `tallyman explain POLICY`: the election and the gates of every field that the policy binds, tag by tag. */
export async function explainCommand(options: ExplainOptions, context: CliContext): Promise<Answer> {
  const { plans, notes } = await allPlans(options, context);
  const rulings = plans.flatMap((plan) =>
    plan.rulings.filter(({ binding }) => binding.policy.name === options.policy),
  );
  const problems = plans.flatMap((plan) => plan.problems.filter(({ policy }) => policy === options.policy));
  if (rulings.length === 0 && problems.length === 0) throw unknownPolicy(options.policy, plans);
  const stops = plans.flatMap((plan) => [...plan.stops.values()]);
  // Of the repositories where the policy would release something.
  const moving = plans.filter(({ pending }) =>
    pending.changes.some(({ policy }) => policy === options.policy),
  );
  const fuse = moving.flatMap((plan) => plan.fuse);
  const failed = rulings.some((ruling) => 'failure' in ruling);
  const exits: ExitCode[] = failed ? [4] : problems.length > 0 ? [1] : [];
  return {
    exit: worstExit(exits),
    json: { policy: options.policy, fields: rulings.map(rulingJson), stops, fuse, problems },
    text: (style) =>
      groupAlike(rulings)
        .map((alike) => describeRulings(alike, options.limit, style))
        .join('\n') +
      stops
        .filter(({ group }) => rulings.some(({ binding }) => binding.policy.group === group))
        .map(({ group, because }) => `${style.yellow('stopped')}  group ${clean(group)}: ${clean(because)}\n`)
        .join('') +
      (fuse.length === 0 ? '' : `${style.yellow('stopped')}  fuse: ${clean(describeFuse(fuse))}\n`) +
      problemLines(problems, style),
    notes,
  };
}

async function allPlans(
  options: ExplainOptions,
  context: CliContext,
): Promise<{ readonly plans: readonly RunPlan[]; readonly notes: readonly string[] }> {
  if (options.dir !== undefined) {
    const { plan, notes } = await planTree(options.dir, options, context);
    return { plans: [plan], notes };
  }
  const results = await withSession(options, context, (session, config) =>
    runAll(session, config, { dryRun: true, brief: true }),
  );
  const plans = results.map(({ result }) => {
    if (result.outcome === 'failed') throw result.failure;
    return result.plan;
  });
  return { plans, notes: [] };
}

function unknownPolicy(name: string, plans: readonly RunPlan[]): Failure {
  const names = new Set(plans.flatMap((plan) => plan.rulings.map(({ binding }) => binding.policy.name)));
  const hint = didYouMean(name, names) || '; "tallyman lint" lists the policies and what they bind';
  return new Failure('invalid-input', `No policy "${name}" binds an image field${hint}.`);
}

/** Fields for which the same was decided are told together. */
function groupAlike(rulings: readonly Ruling[]): Ruling[][] {
  return [
    ...Map.groupBy(rulings, (ruling) => ('decision' in ruling ? ruling.decision : ruling.failure)).values(),
  ];
}

function describeRulings(rulings: readonly Ruling[], limit: number, style: Style): string {
  const [first] = rulings;
  if (first === undefined) return '';
  const environment = 'decision' in first ? first.decision.environment : undefined;
  const where = environment === undefined ? '' : `, in ${environment}`;
  const places = rulings.map(
    ({ binding }) => `  ${clean(formatPlace(binding.place))}  ${style.dim(`by ${binding.via}${where}`)}\n`,
  );
  const body =
    'failure' in first
      ? `${style.red('no election')}: ${cleanMessage(first.failure.message)}\n`
      : describeDecision(first.decision, first.binding.policy, limit, style);
  return body + places.join('');
}

function rulingJson(ruling: Ruling): Readonly<Record<string, unknown>> {
  const { binding } = ruling;
  const head = {
    field: binding.key,
    ...binding.place,
    via: binding.via,
    image: binding.policy.image.spelled,
  };
  if ('failure' in ruling) return { ...head, error: failureJson(ruling.failure) };
  const { decision } = ruling;
  const { environment = null, current } = decision;
  return { ...head, environment, current, ...decisionJson(decision) };
}
