import { readFileSync } from 'node:fs';
import type { CliContext, Sink } from './cli/context.ts';
import { runCli } from './cli/program.ts';
import { followSignals } from './daemon/signals.ts';
import { tuneEngine } from './engine.ts';
import { createWiring } from './wiring.ts';

/** Hands the process to the command line, and its answer back as the exit code. */
export async function main(process: NodeJS.Process): Promise<void> {
  // The yaml package prints its tokens to standard output where these are set; with -o json nothing else may stand there.
  for (const name of ['LOG_TOKENS', 'LOG_STREAM']) delete process.env[name];
  tuneEngine(process.argv);
  process.exitCode = await runCli(contextOf(process), readVersion());
}

function contextOf(process: NodeJS.Process): CliContext {
  return {
    arguments: process.argv.slice(2),
    environment: process.env,
    directory: process.cwd(),
    input: process.stdin,
    output: sink(process.stdout),
    errors: sink(process.stderr),
    now: () => Date.now(),
    onSignal: (handler) =>
      followSignals(process, {
        stop: () => handler('stop'),
        exit: (code) => process.exit(code),
        trigger: () => handler('reload'),
      }),
    wiring: createWiring(),
  };
}

function sink(stream: NodeJS.WriteStream): Sink {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // The reader has left (`| head`): nobody is there to be told anything.
    if (error.code !== 'EPIPE') throw error;
  });
  return { write: (text) => void stream.write(text), isTerminal: stream.isTTY };
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
