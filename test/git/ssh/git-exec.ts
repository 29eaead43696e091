import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { gitEnvironment } from '../../peers/git.ts';
import type { Exec } from './ssh-server.ts';

/** What goes wrong after so many bytes of git's answer. */
export interface ExecFault {
  readonly kind: 'cut' | 'end' | 'stall';
  readonly after: number;
}

/** Runs the git program that a client asked for, on the repositories of a folder. */
export function runGit(
  root: string,
  config: Readonly<Record<string, string>> = {},
  fault?: ExecFault,
): (exec: Exec) => void {
  return ({ command, env, channel, cut }) => {
    const [, program = '', path = ''] =
      /^git-([a-z-]+) '\/?([^']*)'$/.exec(command.replaceAll(`'\\''`, '\u0000')) ?? [];
    const child = spawn('git', [program, join(root, path.replaceAll('\u0000', "'"))], {
      env: { ...gitEnvironment(config), ...env },
    });
    child.stdin.on('error', () => undefined);
    channel.pipe(child.stdin);
    child.stderr.on('data', (bytes: Buffer) => channel.stderr.write(bytes));
    let sent = 0;
    child.stdout.on('data', (bytes: Buffer) => {
      const kept = fault === undefined ? bytes : bytes.subarray(0, Math.max(0, fault.after - sent));
      sent += bytes.length;
      if (kept.length > 0 && !channel.write(kept)) {
        child.stdout.pause();
        channel.once('drain', () => child.stdout.resume());
      }
      if (fault === undefined || sent <= fault.after) return;
      child.stdout.removeAllListeners('data').resume();
      child.removeAllListeners('close');
      if (fault.kind === 'cut') setImmediate(cut);
      if (fault.kind === 'end') finish(0);
      child.kill();
    });
    const finish = (code: number | null): void => {
      channel.exit(code ?? 1);
      channel.end();
    };
    child.once('close', finish);
  };
}
