import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import type { CliContext, Sink } from './cli/context.ts';
import { runCli } from './cli/program.ts';
import { followSignals } from './daemon/signals.ts';
import { createWiring } from './wiring.ts';

/** Hands the process to the command line, and its answer back as the exit code. */
export async function main(process: NodeJS.Process): Promise<void> {
  // The yaml package prints its tokens to standard output where these are set; with -o json nothing else may stand there.
  for (const name of ['LOG_TOKENS', 'LOG_STREAM']) delete process.env[name];
  if (process.argv[2] === 'edit') setFlagsFromString(smallNursery);
  process.exitCode = await runCli(contextOf(process), readVersion());
}

/**
 * The engine doubles its room for new objects whenever much of it is kept, to 64 MB and more. `edit` keeps a little of every file, and needs no more room for that: a third of
 * its memory is saved, and no time is lost (docs/performance.md, E1). An engine that does not know the flag goes on without.
 */
const smallNursery = '--semi-space-growth-factor=1';

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
