import { Command, CommanderError } from 'commander';
import { Failure } from '../core/failure.ts';
import type { ExitCode } from './answer.ts';
import type { CliContext } from './context.ts';
import { addLookCommands } from './declare-look.ts';
import { addOfflineCommands } from './declare-offline.ts';
import { addOrderCommands } from './declare-orders.ts';
import { addRunCommands } from './declare-run.ts';
import type { State } from './options.ts';
import { printFailure } from './respond.ts';

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

function createProgram(state: State, version: string): Command {
  const program = new Command('tallyman')
    .description(
      'Watches container registries, elects tags by policy, and releases them as signed, byte-exact commits.',
    )
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
    .addHelpText(
      'after',
      '\nStart with: tallyman demo. All files and commands are described in README.md and docs/.',
    );
  addRunCommands(program, state);
  addLookCommands(program, state);
  addOrderCommands(program, state);
  addOfflineCommands(program, state);
  return program;
}

/** Help and version end with 0; everything else is wrong usage. */
function usageExit(error: CommanderError, context: CliContext, commands: readonly string[]): ExitCode {
  if (error.exitCode === 0) return 0;
  const wantsJson = /^(?:.* )?(?:-o|--output)[ =]?json(?: |$)/.test(context.arguments.join(' '));
  const command = context.arguments.find((argument) => commands.includes(argument));
  const message = error.message
    .replace(/^error: /, '')
    .replace(/^missing required argument '(.*)'$/, `${command ?? ''} needs a $1`)
    .replace(/\n\(Did you mean (.*?)\?\)$/, ' (did you mean "$1"?)');
  const hint = `"tallyman ${command === undefined ? '' : `${command} `}--help" shows what there is.`;
  const text = error.code === 'commander.help' ? 'no command is given' : message.replace(/\.$/, '');
  const failure = new Failure('usage', `${text}. ${hint}`);
  printFailure(command ?? 'tallyman', wantsJson ? 'json' : 'text', context, failure);
  return 2;
}
