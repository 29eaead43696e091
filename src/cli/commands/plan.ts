import { prepare } from '../../run/prepare/prepare.ts';
import { FactsCache } from '../../run/prepare/facts-cache.ts';
import { plan, withCommits, type RunPlan } from '../../run/plan.ts';
import { worstExit, type Answer, type ExitCode } from '../answer.ts';
import type { CliContext } from '../context.ts';
import { count, problemLines } from '../problems.ts';
import { commitJson, resultExits, resultJson } from '../results.ts';
import { directorySettings, openDirectory, optionalConfig } from '../directory.ts';
import { progress } from '../progress.ts';
import { withSession, type ConfigOptions } from '../session.ts';
import { paintDiff } from '../style.ts';
import { describeResults, runAll } from './run.ts';

export interface PlanOptions extends ConfigOptions {
  /** A local checkout instead of the configured repositories. */
  readonly dir: string | undefined;
  /** Exit code 3 where something would change. */
  readonly exitCode: boolean;
}

/** `tallyman plan`: what a run would do; nothing is written. */
export async function planCommand(options: PlanOptions, context: CliContext): Promise<Answer> {
  if (options.dir !== undefined) return planDirectory(options.dir, options, context);
  const results = await withSession(options, context, (session, config) =>
    runAll(session, config, { dryRun: true }),
  );
  const change = results.some(({ result }) => result.outcome === 'planned');
  return {
    exit: worstExit([...resultExits(results, 'problems'), ...changeExit(change, options)]),
    json: { repositories: results.map(resultJson) },
    text: (style) => describeResults(results, style),
  };
}

async function planDirectory(dir: string, options: PlanOptions, context: CliContext): Promise<Answer> {
  const { plan: planned, notes } = await planTree(dir, options, context);
  const { commits, problems, scans } = planned;
  const silent = scans.size > 0 && [...scans.values()].every((scan) => 'failure' in scan);
  const exits: ExitCode[] = [...(silent ? [4 as const] : []), ...(problems.length > 0 ? [1 as const] : [])];
  return {
    exit: worstExit([...exits, ...changeExit(commits.length > 0, options)]),
    json: { dir, commits: commits.map((commit) => commitJson(commit, undefined)), problems },
    text: (style) =>
      commits.map(({ diff }) => paintDiff(diff, style)).join('') +
      (commits.length === 0 ? nothing(planned) : '') +
      problemLines(problems, style),
    notes,
  };
}

const withoutHistory = 'Note: with --dir no history is read, so what people took back is not known.';

function nothing({ rulings }: RunPlan): string {
  if (rulings.length === 0)
    return 'Nothing would change: no policy, annotation or marker binds an image field here.\n';
  return `Nothing would change; ${count(rulings.length, 'image field')} looked at.\n`;
}

/** A plan, and what people must know of how it came about. */
export interface TreePlan {
  readonly plan: RunPlan;
  readonly notes: readonly string[];
}

/** scan -> decide -> plan over a local checkout. */
export async function planTree(dir: string, options: ConfigOptions, context: CliContext): Promise<TreePlan> {
  const config = await optionalConfig(options, context);
  const settings = directorySettings(config, options.repository);
  const { tree } = await openDirectory(dir, context);
  const prepared = await prepare(tree, settings, new FactsCache());
  const shown = progress(context);
  const scanner = await context.wiring.openScanner(config, context.environment);
  try {
    const { now } = context;
    const { plan: found, composer } = await plan(prepared, {
      settings,
      ports: scanner,
      branch: '',
      history: undefined,
      once: true,
      now,
      listen: shown.listen,
    });
    const shownPlan = withCommits(found, await composer.show());
    return { plan: shownPlan, notes: [withoutHistory, ...scanner.notes] };
  } finally {
    shown.end();
    await scanner.close();
  }
}

function changeExit(change: boolean, options: PlanOptions): ExitCode[] {
  return change && options.exitCode ? [3] : [];
}
