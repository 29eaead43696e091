import { Option, type Command } from 'commander';
import { Failure } from '../core/failure.ts';
import type { ExitCode } from './answer.ts';
import type { CliContext } from './context.ts';
import { parsePlanId, type PlanId } from '../run/fuse/plan-id.ts';
import { answer, configOptions, configured, text, type State, type Values } from './options.ts';
import { printFailure } from './respond.ts';

/** `run` and `demo`. */
export function addRunCommands(program: Command, state: State): void {
  configured(program.command('run').description('the daemon, or one run'))
    .option('--once', 'one run of every repository, then end')
    .option('--dry-run', 'with --once: plan only, commit nothing')
    .option('--accept <plan>', 'with --once: release this plan, which "tallyman plan" shows, past the fuse')
    .addOption(
      new Option('--fail-on <what>', 'with --once: exit code 1 on problems (default), or never').choices([
        'problems',
        'never',
      ]),
    )
    .action(async (values: Values) => {
      const { context } = state;
      const failOn: 'problems' | 'never' = values['failOn'] === 'never' ? 'never' : 'problems';
      const options = { ...configOptions(values), dryRun: values['dryRun'] === true, failOn };
      if (values['once'] !== true) {
        state.exit = await daemon(values, options, context);
        return;
      }
      await answer('run', values, state, async () => {
        const accept = acceptedPlan(text(values['accept']));
        return (await import('./commands/run.ts')).runOnce({ ...options, accept }, context);
      });
    });
  program
    .command('demo')
    .description('try it out: an embedded registry, a config repository, and releases as they happen')
    .option('--once', 'end after the first round of releases')
    .option('--dir <dir>', 'where the demo keeps its repository and keys', '.demo')
    .action(async (values: Values) => {
      state.exit = await (await import('./commands/demo.ts')).demoCommand(values, state.context);
    });
}

/** @throws Failure `usage` where it is no plan's id */
function acceptedPlan(id: string | undefined): PlanId | undefined {
  if (id === undefined) return undefined;
  const plan = parsePlanId(id);
  if (plan !== undefined) return plan;
  throw new Failure(
    'usage',
    `--accept takes the id of a plan, 12 hexadecimal digits such as 3f2a9c0d1e4b, not "${id}"; "tallyman plan" shows it.`,
  );
}

const onlyOnce = { dryRun: '--dry-run', failOn: '--fail-on', accept: '--accept' };

async function daemon(
  values: Values,
  options: ReturnType<typeof configOptions>,
  context: CliContext,
): Promise<ExitCode> {
  try {
    const lone = Object.entries(onlyOnce).find(([name]) => values[name] !== undefined);
    if (lone !== undefined) throw new Failure('usage', `${lone[1]} goes with --once.`);
    const { runDaemon } = await import('./commands/daemon.ts');
    return await runDaemon(options, context);
  } catch (error) {
    const { asFailure, failureExits } = await import('../core/failure.ts');
    const failure = asFailure(error);
    printFailure('run', values['output'] === 'json' ? 'json' : 'text', context, failure);
    return failureExits[failure.code];
  }
}
