import { Option, type Command } from 'commander';
import { Failure } from '../core/failure.ts';
import type { HistoryOptions } from './commands/history.ts';
import { answer, configOptions, configured, limit, text, type State, type Values } from './options.ts';

/** What looks and changes nothing. */
export function addLookCommands(program: Command, state: State): void {
  addPlan(program, state);
  addExplain(program, state);
  configured(
    program.command('status').description('what each service holds in each environment, and what is newer'),
  ).action((values: Values) =>
    answer('status', values, state, async () =>
      (await import('./commands/status.ts')).statusCommand(configOptions(values), state.context),
    ),
  );
  addHistory(program, state);
}

function addPlan(program: Command, state: State): void {
  configured(program.command('plan').description('what a run would do, as a diff; nothing is written'))
    .option('--dir <dir>', 'a local checkout instead of the configured repositories')
    .option('--exit-code', 'exit code 3 where something would change')
    .action((values: Values) =>
      answer('plan', values, state, async () => {
        const options = {
          ...configOptions(values),
          dir: text(values['dir']),
          exitCode: values['exitCode'] === true,
        };
        return (await import('./commands/plan.ts')).planCommand(options, state.context);
      }),
    );
}

function addExplain(program: Command, state: State): void {
  configured(program.command('explain').description('the election and gates of a policy, tag by tag'))
    .argument('<policy>', 'name of the policy')
    .option('--dir <dir>', 'a local checkout instead of the configured repositories')
    .addOption(limit(8))
    .action((policy: string, values: Values) =>
      answer('explain', values, state, async () => {
        const options = {
          ...configOptions(values),
          policy,
          dir: text(values['dir']),
          limit: Number(values['limit']),
        };
        return (await import('./commands/explain.ts')).explainCommand(options, state.context);
      }),
    );
}

function addHistory(program: Command, state: State): void {
  configured(program.command('history').description('releases, from git history'))
    .argument('[policy]', 'only this policy')
    .option('--policy <name>', 'the same')
    .option('--service <name>', 'only this service')
    .option('--image <repository>', 'only this image')
    .option('--environment <name>', 'only this environment')
    .option('--path <path>', 'only fields in this file or folder, or in files that match this glob')
    .option('--since <time>', 'from then on: a date, or how long ago: 7d')
    .option('--until <time>', 'up to then; a whole day counts')
    .option('--intent <intent>', 'update, promote, rollback, release, hold or lift')
    .option('--ignored', 'also records that do not count, and why')
    .option('--dir <dir>', 'a local checkout instead of the configured repositories')
    .option('--branch <name>', 'with --dir: another branch than the one that is checked out')
    .addOption(
      new Option('--format <format>', 'a table, or release notes in Markdown')
        .choices(['table', 'notes'])
        .default('table'),
    )
    .addOption(limit(50))
    .action((policy: string | undefined, values: Values) =>
      answer('history', values, state, async () => {
        const { historyCommand } = await import('./commands/history.ts');
        return historyCommand(historyOptions(policy, values), state.context);
      }),
    );
}

function historyOptions(policy: string | undefined, values: Values): HistoryOptions {
  const flag = text(values['policy']);
  if (policy !== undefined && flag !== undefined && policy !== flag)
    throw new Failure('usage', `history takes one policy, but "${policy}" and --policy "${flag}" are given.`);
  return {
    ...configOptions(values),
    policy: policy ?? flag,
    service: text(values['service']),
    image: text(values['image']),
    environment: text(values['environment']),
    path: text(values['path']),
    since: text(values['since']),
    until: text(values['until']),
    intent: text(values['intent']),
    limit: Number(values['limit']),
    format: values['format'] === 'notes' ? 'notes' : 'table',
    ignored: values['ignored'] === true,
    all: values['output'] === 'json',
    dir: text(values['dir']),
    branch: text(values['branch']),
  };
}
