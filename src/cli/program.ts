import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { Failure } from '../core/failure.ts';
import type { Answer, ExitCode } from './answer.ts';
import type { CliContext } from './context.ts';
import { defaultConfig } from './directory.ts';
import { printFailure, respond, type OutputFormat } from './respond.ts';

/** Runs the command line. @returns the exit code (product.md, 10) */
export async function runCli(context: CliContext, version: string): Promise<ExitCode> {
  const state: State = { exit: 0, context };
  const program = createProgram(state, version);
  try {
    await program.parseAsync(context.arguments, { from: 'user' });
    return state.exit;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const commands = program.commands.map((command) => command.name());
    return usageExit(error, context, commands);
  }
}

interface State {
  exit: ExitCode;
  readonly context: CliContext;
}

/** What commander gives to an action: the options and arguments of the command line, as strings. */
type Values = Readonly<Record<string, unknown>>;

export function createProgram(state: State, version: string): Command {
  const program = new Command('tallyman')
    .description('Watches container registries, elects tags by policy, and releases them as signed, byte-exact commits.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: (text) => state.context.output.write(text),
      writeErr: () => {
        // Printed once, by `usageExit`.
      },
    })
    .addHelpText('after', '\nStart with: tallyman demo. All files and commands are described in README.md and docs/.');
  addRunCommands(program, state);
  addLookCommands(program, state);
  addOfflineCommands(program, state);
  return program;
}

function addRunCommands(program: Command, state: State): void {
  configured(program.command('run').description('the daemon, or one run'), state)
    .option('--once', 'one run of every repository, then end')
    .option('--dry-run', 'with --once: plan only, commit nothing')
    .addOption(
      new Option('--fail-on <what>', 'with --once: exit code 1 on problems (default), or never').choices(['problems', 'never']),
    )
    .action(async (values: Values) => {
      const { context } = state;
      const failOn: 'problems' | 'never' = values['failOn'] === 'never' ? 'never' : 'problems';
      const options = { ...configOptions(values), dryRun: values['dryRun'] === true, failOn };
      if (values['once'] !== true) {
        state.exit = await daemon(values, options, context);
        return;
      }
      await answer('run', values, state, async () => (await import('./commands/run.ts')).runOnce(options, context));
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

function addLookCommands(program: Command, state: State): void {
  const { context } = state;
  configured(program.command('plan').description('what a run would do, as a diff; nothing is written'), state)
    .option('--dir <dir>', 'a local checkout instead of the configured repositories')
    .option('--exit-code', 'exit code 3 where something would change')
    .action((values: Values) =>
      answer('plan', values, state, async () => {
        const options = { ...configOptions(values), dir: text(values['dir']), exitCode: values['exitCode'] === true };
        return (await import('./commands/plan.ts')).planCommand(options, context);
      }),
    );
  configured(program.command('explain').description('the election and gates of a policy, tag by tag'), state)
    .argument('<policy>', 'name of the policy')
    .option('--dir <dir>', 'a local checkout instead of the configured repositories')
    .addOption(limit(8))
    .action((policy: string, values: Values) =>
      answer('explain', values, state, async () => {
        const options = { ...configOptions(values), policy, dir: text(values['dir']), limit: Number(values['limit']) };
        return (await import('./commands/explain.ts')).explainCommand(options, context);
      }),
    );
  configured(program.command('status').description('what each service holds in each environment, and what is newer'), state)
    .action((values: Values) =>
      answer('status', values, state, async () =>
        (await import('./commands/status.ts')).statusCommand(configOptions(values), context),
      ),
    );
  addHistory(program, state);
}

function addHistory(program: Command, state: State): void {
  configured(program.command('history').description('releases, from git history'), state)
    .argument('[policy]', 'only this policy')
    .option('--service <name>', 'only this service')
    .option('--image <repository>', 'only this image')
    .option('--environment <name>', 'only this environment')
    .option('--path <path>', 'only fields in this file or folder')
    .option('--since <time>', 'a date, or how long ago: 7d')
    .option('--intent <intent>', 'update, promote, rollback, release, hold or lift')
    .addOption(limit(50))
    .action((policy: string | undefined, values: Values) =>
      answer('history', values, state, async () => {
        const names = ['service', 'image', 'environment', 'path', 'since', 'intent'] as const;
        const [service, image, environment, path, since, intent] = names.map((name) => text(values[name]));
        const query = { policy, service, image, environment, path, since, intent, limit: Number(values['limit']) };
        const { historyCommand } = await import('./commands/history.ts');
        return historyCommand({ ...configOptions(values), ...query }, state.context);
      }),
    );
}

function addOfflineCommands(program: Command, state: State): void {
  const { context } = state;
  configured(program.command('lint').description('every policy, annotation and marker of a checkout, accounted for'), state)
    .option('--dir <dir>', 'the checkout', '.')
    .action((values: Values) =>
      answer('lint', values, state, async () => {
        const options = { ...configOptions(values), dir: String(values['dir']) };
        return (await import('./commands/lint.ts')).lintCommand(options, context);
      }),
    );
  output(program.command('elect').description('offline: one policy over a list of tags'))
    .option('--policy <file>', 'the policy (required)')
    .option('--tags <file>', 'lines of TAG[<tab>CREATED[<tab>DIGEST[<tab>PLATFORMS]]]; default: standard input')
    .option('--name <name>', 'which policy, where the file holds several')
    .option('--current <tag>', 'what is there now')
    .option('--now <time>', 'RFC 3339; default: the clock')
    .addOption(limit(8))
    .action((values: Values) =>
      answer('elect', values, state, async () => {
        const [tags, name, current, now] = ['tags', 'name', 'current', 'now'].map((key) => text(values[key]));
        const policy = required(text(values['policy']), '--policy FILE', 'elect');
        const options = { policy, tags, name, current, now, limit: Number(values['limit']) };
        return (await import('./commands/elect.ts')).electCommand(options, context);
      }),
    );
  configured(program.command('edit').description('offline: rewrite as if these were elected; prints a diff'), state)
    .option('--dir <dir>', 'the checkout (required)')
    .option('--set <policy=ref>', 'a policy and what it elects; may be repeated', collect)
    .option('--images <file>', 'a JSON object from policy name (ns:name for Flux 2 markers) to repo:tag[@digest]')
    .option('--write', 'write the files')
    .action((values: Values) =>
      answer('edit', values, state, async () => {
        const set = (values['set'] ?? []) as readonly string[];
        const dir = required(text(values['dir']), '--dir DIR', 'edit');
        const options = { dir, set, images: text(values['images']), write: values['write'] === true };
        return (await import('./commands/edit.ts')).editCommand({ ...configOptions(values), ...options }, context);
      }),
    );
  output(program.command('schema').description('print the JSON Schema of a file that users write'))
    .argument('[name]', 'imagepolicy or config')
    .action((name: string | undefined, values: Values) =>
      answer('schema', values, state, async () => (await import('./commands/schema.ts')).schemaCommand(name)),
    );
}

async function answer(command: string, values: Values, state: State, run: () => Promise<Answer>): Promise<void> {
  const format: OutputFormat = values['output'] === 'json' ? 'json' : 'text';
  state.exit = await respond(command, format, state.context, run);
}

async function daemon(values: Values, options: ReturnType<typeof configOptions>, context: CliContext): Promise<ExitCode> {
  try {
    const lone = ['dryRun', 'failOn'].find((name) => values[name] !== undefined);
    if (lone !== undefined) throw new Failure('usage', `--${lone === 'dryRun' ? 'dry-run' : 'fail-on'} goes with --once.`);
    const { runDaemon } = await import('./commands/daemon.ts');
    return await runDaemon(options, context);
  } catch (error) {
    const { asFailure, failureExits } = await import('../core/failure.ts');
    const failure = asFailure(error);
    printFailure('run', values['output'] === 'json' ? 'json' : 'text', context, failure);
    return failureExits[failure.code];
  }
}

function output(command: Command): Command {
  return command.addOption(new Option('-o, --output <format>', 'text or json').choices(['text', 'json']).default('text'));
}

function configured(command: Command, _state: State): Command {
  return output(command)
    .option('-c, --config <file>', 'the configuration', defaultConfig)
    .option('-r, --repository <name>', 'only this repository of the configuration');
}

function configOptions(values: Values): { config: string; repository: string | undefined } {
  return { config: String(values['config']), repository: text(values['repository']) };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Not left to commander, which would tell of a missing option before it tells of a misspelt one. */
function required(value: string | undefined, what: string, command: string): string {
  if (value !== undefined) return value;
  throw new Failure('usage', `${command} needs ${what}. "tallyman ${command} --help" shows what there is.`);
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

function limit(fallback: number): Option {
  return new Option('--limit <n>', 'how many lines of a kind text output shows').default(fallback).argParser((value) => {
    const number = Number(value);
    if (!Number.isSafeInteger(number) || number < 0) throw new InvalidArgumentError('expected a whole number.');
    return number;
  });
}

/** Help and version end with 0; everything else is wrong usage. */
function usageExit(error: CommanderError, context: CliContext, commands: readonly string[]): ExitCode {
  if (error.exitCode === 0) return 0;
  const wantsJson = /^(?:.* )?(?:-o|--output)[ =]?json(?: |$)/.test(context.arguments.join(' '));
  const command = context.arguments.find((argument) => commands.includes(argument));
  const message = error.message.replace(/^error: /, '').replace(/\n\(Did you mean (.*?)\?\)$/, '; did you mean "$1"?');
  const hint = `"tallyman ${command === undefined ? '' : `${command} `}--help" shows what there is.`;
  const text = error.code === 'commander.help' ? 'no command is given' : message.replace(/\.$/, '');
  const failure = new Failure('usage', `${text}${text.endsWith('?') ? ' ' : '. '}${hint}`);
  printFailure(command ?? 'tallyman', wantsJson ? 'json' : 'text', context, failure);
  return 2;
}
