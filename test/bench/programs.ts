import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gitEnvironment } from '../peers/git.ts';
import { root } from '../rules/files.ts';

export interface Ran {
  readonly ms: number;
  readonly output: string;
}

/** Runs Node with these arguments; what it writes to stdout is kept. Throws where it does not end with 0. */
export function runNode(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      const ms = performance.now() - start;
      if (code === 0) resolve({ ms, output: Buffer.concat(output).toString('utf8') });
      else reject(new Error(`node ${args.join(' ')} ended with ${code}`));
    });
  });
}

/** The built program, as it is installed. */
export function runTallyman(args: readonly string[]): Promise<Ran> {
  return runNode([`${root}bin/tallyman.mjs`, ...args], { TALLYMAN_RUN_FROM: 'dist' });
}

/** The most memory that one run of the built program held, in MB (resident, as the kernel counted it). */
export async function peakOfTallyman(args: readonly string[], folder: string): Promise<number> {
  const report = join(folder, 'peak.txt');
  await runNode(['--import', `${root}test/bench/peak.mjs`, `${root}bin/tallyman.mjs`, ...args], {
    TALLYMAN_RUN_FROM: 'dist',
    TALLYMAN_BENCH_PEAK: report,
  });
  const kilobytes = Number(await readFile(report, 'utf8'));
  await rm(report);
  return kilobytes / 1024;
}

/** A module of the program by itself, without its types, which is more than the few files of the built one: `registry/oci/oci-registry`. The type is that of its source. */
export async function built<Module>(path: string): Promise<Module> {
  return (await import(`${root}.bench/${path}.js`)) as Module;
}

/** Milliseconds that native git takes; what it writes is thrown away unread. */
export function timeGit(directory: string, args: readonly string[]): Promise<number> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd: directory, env: gitEnvironment(), stdio: 'ignore' });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(performance.now() - start);
      else reject(new Error(`git ${args.join(' ')} ended with ${code}`));
    });
  });
}
