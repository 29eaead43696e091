import type { CliContext } from '../../src/cli/context.ts';
import { runCli } from '../../src/cli/program.ts';
import type { Wiring } from '../../src/cli/wiring.ts';
import { createWiring } from '../../src/wiring.ts';

export interface CliResult {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly now?: () => number;
  /** Given the handler that SIGTERM would call. */
  readonly onSignal?: CliContext['onSignal'];
  /** Told of standard error as it comes. */
  readonly onError?: (text: string) => void;
  /** Default: the real one. */
  readonly wiring?: Wiring;
}

/** Runs the command line in this process, with the real wiring and nothing of this machine's environment. */
export async function tallyman(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  let stdout = '';
  let stderr = '';
  const exit = await runCli(
    {
      arguments: args,
      environment: { HOME: '/nonexistent', ...options.environment },
      directory: options.directory ?? process.cwd(),
      input: (async function* () {
        yield options.input ?? '';
      })(),
      output: { write: (text) => void (stdout += text), isTerminal: false },
      errors: {
        write: (text) => {
          stderr += text;
          options.onError?.(text);
        },
        isTerminal: false,
      },
      now: options.now ?? (() => Date.now()),
      onSignal: options.onSignal ?? (() => () => {}),
      wiring: options.wiring ?? createWiring(),
    },
    '0.0.0-test',
  );
  return { exit, stdout, stderr };
}

/** The one document that `-o json` prints; fails where standard output holds anything else. */
export function json(result: CliResult): Record<string, unknown> {
  return JSON.parse(result.stdout) as Record<string, unknown>;
}
