import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs native git in a folder, away from the user's and the system's configuration; gives its output, trimmed. */
export function git(directory: string, ...args: string[]): string {
  return gitRaw(directory, args).toString('utf8').trim();
}

export function gitRaw(directory: string, args: readonly string[], input?: string | Uint8Array): Buffer {
  return execFileSync('git', ['-C', directory, ...args], {
    env: gitEnvironment,
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 1024 ** 3,
    ...(input === undefined ? {} : { input }),
  });
}

export const gitEnvironment = {
  PATH: process.env['PATH'] ?? '',
  HOME: tmpdir(),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ann',
  GIT_AUTHOR_EMAIL: 'ann@example.com',
  GIT_COMMITTER_NAME: 'Ann',
  GIT_COMMITTER_EMAIL: 'ann@example.com',
};

/** A folder of its own for one test, removed at its end. */
export async function inFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'tallyman-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
