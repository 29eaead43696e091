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
  for (const flag of engineFlags(process.argv)) setFlagsFromString(flag);
  process.exitCode = await runCli(contextOf(process), readVersion());
}

/**
 * Memory against processor time, where a process is large or stays (docs/performance.md, E1 and M1). An engine that does not know a flag goes on without.
 */
function engineFlags([, , command = '', ...rest]: readonly string[]): readonly string[] {
  if (command === 'edit') return smallNursery;
  return command === 'run' && !rest.includes('--once') ? [...smallNursery, smallHeap, ...plainWasm] : [];
}

/**
 * The engine doubles its room for new objects whenever much of it is kept, to 64 MB and more. `edit` keeps a little of every file, and needs no more room for that: a third of
 * its memory is saved, and no time is lost. To share the collecting of one so small among threads takes half as long again as doing it.
 */
const smallNursery = ['--semi-space-growth-factor=1', '--no-parallel-scavenge'];

/** A daemon that waits holds little, but the engine lets garbage grow to several times that before it collects. Here a fifth. */
const smallHeap = '--heap-growing-percent=20';

/** To optimize undici's reader of HTTP, which is WebAssembly, takes a thread 22 MB that it does not give back, and saves a daemon nothing that could be measured. */
const plainWasm = ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering'];

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
