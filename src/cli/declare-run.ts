import { Option, type Command } from 'commander';
import { Failure } from '../core/failure.ts';
import type { ExitCode } from './answer.ts';
import type { CliContext } from './context.ts';
import { answer, configOptions, configured, type State, type Values } from './options.ts';
import { printFailure } from './respond.ts';

/** `run` and `demo`. */
export function addRunCommands(program: Command, state: State): void {
  configured(program.command('run').description('the daemon, or one run'))
    .option('--once', 'one run of every repository, then end')
    .option('--dry-run', 'with --once: plan only, commit nothing')
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
      await answer('run', values, state, async () =>
        (await import('./commands/run.ts')).runOnce(options, context),
      );
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

async function daemon(
  values: Values,
  options: ReturnType<typeof configOptions>,
  context: CliContext,
): Promise<ExitCode> {
  try {
    const lone = ['dryRun', 'failOn'].find((name) => values[name] !== undefined);
    if (lone !== undefined)
      throw new Failure('usage', `--${lone === 'dryRun' ? 'dry-run' : 'fail-on'} goes with --once.`);
    const { runDaemon } = await import('./commands/daemon.ts');
    return await runDaemon(options, context);
  } catch (error) {
    const { asFailure, failureExits } = await import('../core/failure.ts');
    const failure = asFailure(error);
    printFailure('run', values['output'] === 'json' ? 'json' : 'text', context, failure);
    return failureExits[failure.code];
  }
}
