import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSshKey } from '../../src/git/signing/ssh-keygen.ts';
import { root } from './files.ts';

/** What each command may load: a package that comes in by accident costs every start of it (architecture.md). */
// ssh2 looks for its native helpers, which are not compiled here, and goes on without.
const ssh = ['ssh2', 'asn1', 'bcrypt-pbkdf', 'cpu-features', 'safer-buffer', 'tweetnacl'];
const offline = ['re2js', 'yaml', 'zod'];
const commands: readonly [
  label: string,
  args: readonly string[],
  exit: number,
  packages: readonly string[],
][] = [
  ['--version', ['--version'], 0, []],
  ['--help', ['--help'], 0, []],
  ['no command', [], 2, ['commander']],
  ['help of a command', ['plan', '--help'], 0, ['commander']],
  ['schema', ['schema'], 0, ['commander']],
  ['schema config', ['schema', 'config'], 0, ['commander', 'zod']],
  ['elect', ['elect', '--policy', 'policy.yaml', '--tags', 'tags.txt'], 0, ['commander', ...offline]],
  ['lint', ['lint', '--dir', '.'], 0, ['commander', ...offline]],
  [
    'edit',
    ['edit', '--dir', '.', '--set', 'web=127.0.0.1:1/acme/web:1.1.0'],
    0,
    ['commander', 'diff', ...offline],
  ],
  ['convert', ['convert', '--dir', '.'], 0, ['commander', 'diff', ...offline]],
  ['plan --dir', ['plan', '--dir', '.'], 4, ['commander', 'diff', ...offline, 'undici']],
  [
    'hold',
    ['hold', 'web', '--reason', 'x', '--author', 'A <a@b.c>', '--config', 'bot.yaml'],
    4,
    ['commander', 'diff', ...offline, 'undici'],
  ],
  ['run --once', ['run', '--once', '--config', 'bot.yaml'], 4, ['commander', 'diff', ...offline, 'undici']],
  [
    'run --once, by ssh',
    ['run', '--once', '--config', 'ssh.yaml'],
    4,
    ['commander', 'diff', ...offline, ...ssh],
  ],
];

describe('npm packages that a command loads', () => {
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tallyman-'));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  });

  afterAll(() => rm(folder, { recursive: true }));

  it.each(commands)('%s', async (label, args, exit, packages) => {
    const report = join(folder, `${label.replaceAll(/\W/g, '-')}.loaded`);
    expect(await run(folder, args, report)).toBe(exit);
    const loaded = JSON.parse(await readFile(report, 'utf8')) as string[];
    expect(loaded.toSorted()).toEqual(packages.toSorted());
  });
});

function run(folder: string, args: readonly string[], report: string): Promise<number | null> {
  const hook = `${root}test/rules/loaded.mjs`;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', hook, `${root}bin/tallyman.mjs`, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], TALLYMAN_LOADED: report },
      stdio: 'ignore',
    });
    child.once('error', reject);
    child.once('close', resolve);
  });
}

// Nothing listens on port 1: commands that look at a registry or a repository end after they have tried.
const files = {
  'policy.yaml': `apiVersion: tallyman.dev/v1
kind: ImagePolicy
metadata: {name: web}
spec:
  image: 127.0.0.1:1/acme/web
  policy: {semver: "^1"}
`,
  'pod.yaml': `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - name: web
      image: 127.0.0.1:1/acme/web:1.0.0
`,
  'tags.txt': '1.0.0\n',
  'bot.yaml': `repositories:
  - name: fleet
    url: http://127.0.0.1:1/fleet.git
    branch: main
    author: {name: Bot, email: bot@example.com}
stateDirectory: state
`,
  'ssh.yaml': `repositories:
  - name: fleet
    url: ssh://git@127.0.0.1:1/fleet.git
    auth: {ssh: {key: {file: id}, knownHosts: {entries: ["h ssh-rsa AAAA"]}}}
    author: {name: Bot, email: bot@example.com}
stateDirectory: state
`,
  id: generateSshKey('bot').privateKey,
};
