/* This file wraps `describe`; the rules below are meant for files that call it. */
/* oxlint-disable vitest/no-conditional-tests, vitest/valid-title, vitest/valid-describe-callback, vitest/no-disabled-tests, vitest/expect-expect */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';

/** The programs that tests talk to, and the Debian package that brings each. */
const packages = {
  git: 'git',
  'docker-registry': 'docker-registry',
  gpg: 'gnupg',
  'ssh-keygen': 'openssh-client',
  sshd: 'openssh-server',
  python3: 'python3-yaml',
} as const;

export type Peer = keyof typeof packages;

/** Where the program is, or `undefined` where it is not installed. */
export function peer(name: Peer): string | undefined {
  // Daemons stand in sbin, which is not in everybody's PATH.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const found = folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
  return name === 'python3' && found !== undefined && !hasYaml(found) ? undefined : found;
}

/** What is wanted of Python is its second reader of YAML. */
function hasYaml(python: string): boolean {
  return spawnSync(python, ['-c', 'import yaml']).status === 0;
}

/**
 * `describe` for tests that need real peers. Where one is missing the tests are skipped, and one line says so; with
 * `TALLYMAN_REQUIRE_PEERS=1` a missing peer is a failed test.
 */
export function describePeer(needs: Peer | readonly Peer[], title: string, tests: () => void): void {
  const missing = [needs].flat().filter((name) => peer(name) === undefined);
  if (missing.length === 0) {
    describe(title, tests);
    return;
  }
  const words = `${title} needs ${missing.map(describeMissing).join(' and ')}`;
  if (process.env['TALLYMAN_REQUIRE_PEERS'] === '1') {
    describe(title, () => {
      it('has its peers', () => {
        throw new Error(`${words}, and TALLYMAN_REQUIRE_PEERS=1 is set`);
      });
    });
    return;
  }
  console.warn(`SKIPPED: ${words}`);
  describe.skip(title, tests); // the peer is not installed: said above, and a failure where peers are required
}

function describeMissing(name: Peer): string {
  return `${name} (Debian package ${packages[name]})`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
