import type { Config } from '../../config/model.ts';
import { mapLimited } from '../../run/concurrency.ts';
import { describeFuse } from '../../run/fuse/fuse.ts';
import type { PlanId } from '../../run/fuse/plan-id.ts';
import { RunMemory, runRepository, type RunOptions, type RunResult } from '../../run/run.ts';
import { step } from '../../release/message.ts';
import { worstExit, type Answer } from '../answer.ts';
import { clean, cleanMessage } from '../clean.ts';
import type { CliContext } from '../context.ts';
import { count, problemLines } from '../problems.ts';
import {
  allProblems,
  failuresOf,
  nameResult,
  resultExits,
  resultJson,
  type NamedResult,
} from '../results.ts';
import { withSession, type ConfigOptions } from '../session.ts';
import { paintDiff, type Style } from '../style.ts';
import type { Session } from '../wiring.ts';

export interface RunOnceOptions extends ConfigOptions {
  readonly dryRun: boolean;
  readonly failOn: 'problems' | 'never';
  /** Of the plan that a person looked at, and of no other. */
  readonly accept: PlanId | undefined;
}

/** `tallyman run --once`: one run of every repository. */
export async function runOnce(options: RunOnceOptions, context: CliContext): Promise<Answer> {
  const stop = new AbortController();
  const release = context.onSignal((signal) => {
    if (signal === 'stop') stop.abort();
  });
  try {
    const results = await withSession(options, context, (session, config) =>
      runAccepted(session, config, options, stop.signal),
    );
    return answer(results, options);
  } finally {
    release();
  }
}

/**
 * An accepted plan belongs to one repository, by its content: the others run as usual. Where it is the plan of none, nothing
 * is pushed anywhere.
 */
async function runAccepted(
  session: Session,
  config: Config,
  { dryRun, accept }: RunOnceOptions,
  signal: AbortSignal,
): Promise<NamedResult[]> {
  if (accept === undefined || session.repositories.length === 1) {
    return runAll(session, config, { dryRun, signal, accept: () => accept });
  }
  const looked = await runAll(session, config, { dryRun: true, signal, accept: () => accept });
  const owners = new Set(
    looked.filter(({ result }) => result.outcome === 'planned').map(({ repository }) => repository),
  );
  if (owners.size === 0) return looked;
  const acceptOf = (repository: string) => (owners.has(repository) ? accept : undefined);
  return runAll(session, config, { dryRun, signal, accept: acceptOf });
}

interface RunAllOptions extends Pick<RunOptions, 'brief'> {
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
  /** The plan that was accepted for a repository. Default: none for any. */
  readonly accept?: (repository: string) => PlanId | undefined;
}

/** One run of each repository, some at the same time. */
export async function runAll(
  session: Session,
  config: Config,
  { dryRun, brief = false, signal, accept }: RunAllOptions,
): Promise<NamedResult[]> {
  return mapLimited(
    session.repositories,
    config.concurrency,
    async ({ settings, ports, config: { branch } }) => {
      const options = { dryRun, brief, once: true, signal, accept: accept?.(settings.repository) };
      return nameResult(settings, branch, await runRepository(ports, settings, new RunMemory(), options));
    },
  );
}

function answer(results: readonly NamedResult[], options: RunOnceOptions): Answer {
  return {
    exit: worstExit(resultExits(results, options.failOn)),
    json: { repositories: results.map(resultJson) },
    text: (style) => describeResults(results, style),
  };
}

export function describeResults(results: readonly NamedResult[], style: Style): string {
  const parts = results.map((result) => describeResult(result, style));
  const failures = failuresOf(results).map(
    ({ repository, failure }) => `${style.red('error')}: ${repository}: ${cleanMessage(failure.message)}\n`,
  );
  return [...parts, ...failures, problemLines(allProblems(results), style)].join('');
}

function describeResult({ repository, branch, result, accept }: NamedResult, style: Style): string {
  const title = style.bold(`${repository} (${branch})`);
  if (result.outcome === 'failed') return `${title}: failed\n`;
  const { commits } = result.plan;
  const bindings = count(result.plan.rulings.length, 'image field');
  if (result.outcome === 'unchanged') return `${title}: nothing to release; ${bindings} looked at\n`;
  const word = {
    released: 'released',
    planned: 'would release',
    refused: 'could not release',
    stopped: 'did not release',
  }[result.outcome];
  const head = `${title}: ${word} ${count(commits.length, 'change')}\n`;
  const bodies = commits.map(({ releases, diff }, index) => {
    const id = result.commits[index];
    const lines = releases.map((release) => {
      const { policy, file, line, reason } = release;
      const { from, to } = step(release);
      return `  ${policy}: ${from} -> ${to}  ${style.dim(`${clean(file)}:${line}`)}\n    ${style.dim(clean(reason))}\n`;
    });
    const commit = id === undefined ? '' : `  commit ${id}\n`;
    return `${[...new Set(lines)].join('')}${commit}${id === undefined ? paintDiff(diff, style) : ''}`;
  });
  return head + bodies.join('') + describePlan(result, accept, style);
}

/** The plan's id, always; and what a run of it wants from a person. A run that was stopped says so in its problem. */
function describePlan(
  { outcome, plan: { pending, fuse } }: Exclude<RunResult, { outcome: 'failed' }>,
  accept: string | undefined,
  style: Style,
): string {
  if (pending.id === undefined) return '';
  const id = `  plan ${style.bold(pending.id)}: ${count(pending.releases, 'release')}\n`;
  if (fuse.length === 0 || outcome === 'stopped' || accept === undefined) return id;
  return `${id}  ${style.yellow('fuse')}: a run stops here, as ${describeFuse(fuse)}.\n  To release it: ${accept}\n`;
}
