import { InvalidArgumentError, Option, type Command } from 'commander';
import { Failure } from '../core/failure.ts';
import type { Answer, ExitCode } from './answer.ts';
import type { CliContext } from './context.ts';
import { respond, type OutputFormat } from './respond.ts';
import { defaultConfig } from './session.ts';

/** What the declared commands share. */
export interface State {
  exit: ExitCode;
  readonly context: CliContext;
}

/** What commander gives to an action: the options and arguments of the command line, as strings. */
export type Values = Readonly<Record<string, unknown>>;

/** Runs a command, prints its answer, and keeps its exit code. */
export async function answer(
  command: string,
  values: Values,
  state: State,
  run: () => Promise<Answer>,
): Promise<void> {
  const format: OutputFormat = values['output'] === 'json' ? 'json' : 'text';
  state.exit = await respond(command, format, state.context, run);
}

export function output(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'text or json').choices(['text', 'json']).default('text'),
  );
}

export function configured(command: Command): Command {
  return output(command)
    .option('-c, --config <file>', 'the configuration', defaultConfig)
    .option('-r, --repository <name>', 'only this repository of the configuration');
}

export function configOptions(values: Values): { config: string; repository: string | undefined } {
  return { config: String(values['config']), repository: text(values['repository']) };
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Not left to commander, which would tell of a missing option before it tells of a misspelt one. */
export function required(value: string | undefined, what: string, command: string): string {
  if (value !== undefined) return value;
  throw new Failure('usage', `${command} needs ${what}. "tallyman ${command} --help" shows what there is.`);
}

export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

export function limit(fallback: number): Option {
  return new Option('--limit <n>', 'how many lines of a kind text output shows')
    .default(fallback)
    .argParser((value) => {
      const number = Number(value);
      if (!Number.isSafeInteger(number) || number < 0)
        throw new InvalidArgumentError('expected a whole number.');
      return number;
    });
}
