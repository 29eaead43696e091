import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateSshKey } from '../../src/git/signing/ssh-keygen.ts';
import { root } from '../rules/files.ts';
import type { BenchServer } from './servers/start.ts';

interface DaemonOptions {
  /** Of the repository. */
  readonly url: string;
  readonly registry: BenchServer;
  /** An empty folder for configuration and state. */
  readonly folder: string;
}

/** The built daemon in a process of its own, with signed commits; it runs when it is told to. */
export class BenchDaemon {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;
  #log = '';
  #finished = 0;
  #noticed = (): void => undefined;

  /** Started, and done with its first run. */
  static async start({ url, registry, folder }: DaemonOptions): Promise<BenchDaemon> {
    await writeFile(join(folder, 'key'), generateSshKey('bench@example.com').privateKey, { mode: 0o600 });
    const file = join(folder, 'tallyman.yaml');
    await writeFile(
      file,
      `repositories:
  - name: fleet
    url: ${url}
    signing: {ssh: {key: {file: key}}}
    author: {name: Bench, email: bench@example.com}
    confirmFirstRun: false
registries:
  - {host: "${registry.host}", insecure: true}
stateDirectory: state
interval: 24h
server: {listen: "off"}
log: {level: debug}
`,
    );
    const daemon = new BenchDaemon(file);
    await daemon.#runs(1);
    return daemon;
  }

  private constructor(config: string) {
    this.#child = spawn(process.execPath, [`${root}bin/tallyman.mjs`, 'run', '--config', config], {
      env: { ...process.env, TALLYMAN_RUN_FROM: 'dist' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-4000);
      this.#finished += text.split('"event":"run-finished"').length - 1;
      this.#noticed();
    });
    this.#ended = once(this.#child, 'exit').then(() => {
      throw new Error(`the daemon ended:\n${this.#log}`);
    });
    this.#ended.catch(() => undefined); // told by who waits
  }

  /** Triggers a run as a webhook would: it starts at once. */
  trigger(): void {
    this.#child.kill('SIGHUP');
  }

  /** Triggers a run and waits for its end. */
  async run(): Promise<void> {
    const next = this.#finished + 1;
    this.trigger();
    await this.#runs(next);
  }

  /** Processor time of all its threads so far, in milliseconds. */
  async cpu(): Promise<number> {
    const text = await readFile(`/proc/${this.#child.pid}/stat`, 'utf8');
    const [user = 0, system = 0] = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return (user + system) * 10; // in hundredths of a second
  }

  /** MB: resident now, and the most that ever was. */
  async memory(): Promise<{ readonly now: number; readonly peak: number }> {
    const text = await readFile(`/proc/${this.#child.pid}/status`, 'utf8');
    const kilobytes = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1]);
    return { now: kilobytes('VmRSS') / 1024, peak: kilobytes('VmHWM') / 1024 };
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const [code] = (await ended) as [number | null];
    if (code !== 0) throw new Error(`the daemon ended with ${code}:\n${this.#log}`);
  }

  async #runs(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#noticed = () => {
      if (this.#finished >= count) resolve();
    };
    this.#noticed();
    await Promise.race([promise, this.#ended]);
  }
}
