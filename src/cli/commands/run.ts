import type { Config } from '../../config/model.ts';
import { mapLimited } from '../../run/concurrency.ts';
import { RunMemory, runRepository } from '../../run/run.ts';
import { worstExit, type Answer } from '../answer.ts';
import { clean } from '../clean.ts';
import type { CliContext } from '../context.ts';
import { count, problemLines } from '../problems.ts';
import { allProblems, failuresOf, resultExits, resultJson, type NamedResult } from '../results.ts';
import { withSession, type ConfigOptions } from '../session.ts';
import { paintDiff, type Style } from '../style.ts';
import type { Session } from '../wiring.ts';

export interface RunOnceOptions extends ConfigOptions {
  readonly dryRun: boolean;
  readonly failOn: 'problems' | 'never';
}

/** `tallyman run --once`: one run of every repository. */
export async function runOnce(options: RunOnceOptions, context: CliContext): Promise<Answer> {
  const stop = new AbortController();
  const release = context.onSignal((signal) => {
    if (signal === 'stop') stop.abort();
  });
  try {
    const results = await withSession(options, context, (session, config) =>
      runAll(session, config, options.dryRun, stop.signal),
    );
    return answer(results, options);
  } finally {
    release();
  }
}

/** One run of each repository, some at the same time. */
export async function runAll(
  session: Session,
  config: Config,
  dryRun: boolean,
  signal?: AbortSignal,
): Promise<NamedResult[]> {
  return mapLimited(
    session.repositories,
    config.concurrency,
    async ({ settings, ports, config: { branch } }) => {
      const result = await runRepository(ports, settings, new RunMemory(), { dryRun, once: true, signal });
      return { repository: settings.repository, branch, result };
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
    ({ repository, failure }) => `${style.red('error')}: ${repository}: ${clean(failure.message)}\n`,
  );
  return [...parts, ...failures, problemLines(allProblems(results), style)].join('');
}

function describeResult({ repository, branch, result }: NamedResult, style: Style): string {
  const title = style.bold(`${repository} (${branch})`);
  if (result.outcome === 'failed') return `${title}: failed\n`;
  const { commits } = result.plan;
  const bindings = count(result.plan.rulings.length, 'image field');
  if (result.outcome === 'unchanged') return `${title}: nothing to release; ${bindings} looked at\n`;
  const word = { released: 'released', planned: 'would release', refused: 'could not release' }[
    result.outcome
  ];
  const head = `${title}: ${word} ${count(commits.length, 'change')}\n`;
  const bodies = commits.map(({ releases, diff }, index) => {
    const id = result.commits[index];
    const lines = releases.map(
      ({ policy, from, to, file, line, reason }) =>
        `  ${policy}: ${from || 'nothing'} -> ${to}  ${style.dim(`${clean(file)}:${line}`)}\n    ${style.dim(clean(reason))}\n`,
    );
    const commit = id === undefined ? '' : `  commit ${id}\n`;
    return `${[...new Set(lines)].join('')}${commit}${result.outcome === 'released' ? '' : paintDiff(diff, style)}`;
  });
  return head + bodies.join('');
}
