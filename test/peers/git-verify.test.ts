import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CommitVerifier } from '../../src/git/verifier.ts';
import { createCommitVerifier } from '../../src/git/verify/commit-verifier.ts';
import { git, gitBytes } from './git.ts';
import { run } from './programs.ts';
import { describePeer } from './require.ts';

/** 2026-11-21, as committer's date. */
const at = 1_795_000_000;

describePeer(['git', 'ssh-keygen'], 'SSH signatures by git, judged by us and by git', () => {
  let folder: string;
  let repository: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tallyman-'));
    repository = join(folder, 'judged.git');
    await git(folder, ['init', '-q', '--bare', 'judged.git']);
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function makeKey(name: string, ...args: readonly string[]): Promise<string> {
    const file = join(folder, name);
    await run('ssh-keygen', ['-q', ...args, '-N', '', '-C', name, '-f', file]);
    return (await readFile(`${file}.pub`, 'utf8')).trim();
  }

  async function signed(key: string, message = 'A change'): Promise<string> {
    const tree = await git(repository, ['hash-object', '-t', 'tree', '-w', '--stdin'], { input: '' });
    return git(repository, ['commit-tree', '-S', '-m', message, tree], {
      config: { 'gpg.format': 'ssh', 'user.signingKey': join(folder, key) },
      env: { GIT_COMMITTER_DATE: `${at} +0100`, GIT_AUTHOR_DATE: `${at} +0100` },
    });
  }

  /** What both say of a commit: whether it is good. */
  async function judge(commit: string, allowed: string): Promise<{ ours: string; git: boolean }> {
    const file = join(folder, 'allowed_signers');
    await writeFile(file, allowed);
    const config = { 'gpg.ssh.allowedSignersFile': file };
    const theirs = await git(repository, ['verify-commit', commit], { config }).then(
      () => true,
      () => false,
    );
    const bytes = await gitBytes(repository, ['cat-file', 'commit', commit]);
    const verdict = await verifier(allowed).verify(bytes);
    return { ours: verdict.trusted ? `by ${verdict.by}` : verdict.why, git: theirs };
  }

  /** The same commit with another header or message; its signature stays. */
  async function altered(commit: string, change: (text: string) => string): Promise<string> {
    const text = (await gitBytes(repository, ['cat-file', 'commit', commit])).toString();
    const input = change(text);
    expect(input).not.toBe(text);
    return git(repository, ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'], { input });
  }

  it.each([
    ['ed25519', ['-t', 'ed25519']],
    ['ecdsa-256', ['-t', 'ecdsa', '-b', '256']],
    ['ecdsa-384', ['-t', 'ecdsa', '-b', '384']],
    ['ecdsa-521', ['-t', 'ecdsa', '-b', '521']],
    ['rsa', ['-t', 'rsa', '-b', '2048']],
  ])('are good: %s', async (name, args) => {
    const key = await makeKey(name, ...args);
    // Numbers of every length.
    for (const message of ['one', 'two', 'three', 'four'])
      expect(await judge(await signed(name, message), `ann@example.com ${key}\n`)).toEqual({
        ours: 'by ann@example.com',
        git: true,
      });
  });

  it.each([
    ['a forged author', (text: string) => text.replace(/^author .*? </m, 'author Somebody Else <')],
    ['an altered message', (text: string) => text.replace('A change', 'A chance')],
    ['another date', (text: string) => text.replace(/^committer (.*) \d+ /m, `committer $1 ${at + 1} `)],
    ['a header that was added', (text: string) => text.replace('\ngpgsig', '\nencoding ISO-8859-1\ngpgsig')],
  ])('are refused by both: %s', async (label, change) => {
    const name = `altered-${label.replaceAll(/\W/g, '-')}`;
    const key = await makeKey(name, '-t', 'ed25519');
    expect(await judge(await altered(await signed(name), change), `ann@example.com ${key}\n`)).toEqual({
      ours: 'carries a signature that does not fit it: the commit is not what was signed',
      git: false,
    });
  });

  it.each([
    ['somebody else', (_: string, other: string) => `ann@example.com ${other}\n`, /not among the trusted/],
    ['nobody', () => '', /not among the trusted/],
    ['a good line', (key: string) => `# ours\n\n  ann@example.com ${key}\n`, /^by ann@example.com$/],
    [
      'other namespaces',
      (key: string) => `ann@example.com namespaces="file" ${key}\n`,
      /for other namespaces/,
    ],
    ['git and others', (key: string) => `ann@example.com namespaces="file,git" ${key}\n`, /^by ann/],
    ['a pattern', (key: string) => `ann@example.com namespaces="g*" ${key}\n`, /^by ann/],
    [
      'a pattern with an exception',
      (key: string) => `ann@example.com namespaces="!git,*" ${key}\n`,
      /namespaces/,
    ],
    [
      'a key that expired',
      (key: string) => `ann@example.com valid-before="20261101Z" ${key}\n`,
      /was valid until 2026-11-01T00:00:00Z$/,
    ],
    [
      'a key that is not valid yet',
      (key: string) => `ann@example.com valid-after="20270101Z" ${key}\n`,
      /from 2027-01-01T00:00:00Z on$/,
    ],
    [
      'a key in its time',
      (key: string) => `a@x valid-after="202611010000Z",valid-before="20270101120000Z" ${key}\n`,
      /^by a@x$/,
    ],
    [
      'two lines, one of them good',
      (key: string) => `old@x valid-before="20200101Z" ${key}\nnew@x ${key}\n`,
      /^by new@x$/,
    ],
    [
      'several principals',
      (key: string) => `ann@example.com,*@acme.example ${key}\n`,
      /^by ann@example.com,\*@acme/,
    ],
  ])('by a list with %s', async (label, list, expected) => {
    const name = `listed-${label.replaceAll(/\W/g, '-')}`;
    const key = await makeKey(name, '-t', 'ed25519');
    const other = await makeKey(`${name}-other`, '-t', 'ed25519');
    const { ours, git: theirs } = await judge(await signed(name), list(key, other));
    expect(ours).toMatch(expected);
    expect(ours.startsWith('by ')).toBe(theirs);
  });

  it('of another namespace are refused by both', async () => {
    const key = await makeKey('file-namespace', '-t', 'ed25519');
    const plain = await altered(await signed('file-namespace'), (text) =>
      text.replace(/^gpgsig (?:.*\n )*.*\n/m, ''),
    );
    const bytes = await gitBytes(repository, ['cat-file', 'commit', plain]);
    const signature = await run(
      'ssh-keygen',
      ['-Y', 'sign', '-f', join(folder, 'file-namespace'), '-n', 'file'],
      {
        input: bytes,
      },
    );
    const moved = await altered(plain, (text) =>
      text.replace('\n\n', `\ngpgsig ${signature.trim().replaceAll('\n', '\n ')}\n\n`),
    );
    const { ours, git: theirs } = await judge(moved, `ann@example.com ${key}\n`);
    expect(theirs).toBe(false);
    expect(ours).toContain('was made for something else than git');
  });

  it('of a merge made on a host’s page are missing', async () => {
    const key = await makeKey('merge', '-t', 'ed25519');
    const first = await signed('merge', 'main');
    const second = await signed('merge', 'topic');
    const merge = await git(repository, [
      'commit-tree',
      '-p',
      first,
      '-p',
      second,
      '-m',
      'Merge pull request #1',
      `${first}^{tree}`,
    ]);
    expect(await judge(merge, `ann@example.com ${key}\n`)).toEqual({
      ours: 'carries no signature',
      git: false,
    });
  });
});

function verifier(allowed: string, keys: readonly string[] = []): CommitVerifier {
  return createCommitVerifier({
    allowedSigners: async () => ({ text: allowed, source: 'allowed_signers' }),
    openPgpKeys: async () => keys.map((text) => ({ text, source: 'keys.asc' })),
    ownKey: async () => undefined,
    now: Date.now,
  });
}

describePeer(['git', 'gpg'], 'OpenPGP signatures by git, judged by us and by git', () => {
  let home: string;
  let repository: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'tallyman-'));
    await chmod(home, 0o700);
    repository = join(home, 'judged.git');
    await git(home, ['init', '-q', '--bare', 'judged.git']);
  });
  afterAll(async () => {
    await run('gpgconf', ['--homedir', home, '--kill', 'all']);
    await rm(home, { recursive: true, force: true });
  });
  const gpg = (...args: readonly string[]): Promise<string> =>
    run('gpg', ['--batch', '--yes', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', '', ...args], {
      env: { GNUPGHOME: home },
    });

  async function makeKey(name: string, algorithm = 'ed25519', ...more: readonly string[]): Promise<string> {
    await gpg(...more, '--quick-generate-key', `${name} <${name}@example.com>`, algorithm, 'sign', '1y');
    return /^fpr:+([0-9A-F]{40}):/m.exec(await gpg('--with-colons', '--list-keys', name))?.[1] ?? '';
  }

  async function signed(key: string, date = at): Promise<string> {
    const tree = await git(repository, ['hash-object', '-t', 'tree', '-w', '--stdin'], { input: '' });
    return git(repository, ['commit-tree', `-S${key}`, '-m', 'A change', tree], {
      env: { GNUPGHOME: home, GIT_COMMITTER_DATE: `${date} +0000` },
    });
  }

  async function judge(commit: string, key: string): Promise<{ ours: string; git: boolean }> {
    const env = { GNUPGHOME: home };
    const theirs = await git(repository, ['verify-commit', commit], { env }).then(
      () => true,
      () => false,
    );
    const bytes = await gitBytes(repository, ['cat-file', 'commit', commit]);
    const verdict = await verifier('', [await gpg('--armor', '--export', key)]).verify(bytes);
    return { ours: verdict.trusted ? `by ${verdict.by}` : verdict.why, git: theirs };
  }

  it.each(['ed25519', 'rsa2048', 'nistp256'])('are good: %s', async (algorithm) => {
    const key = await makeKey(`good-${algorithm}`, algorithm);
    expect(await judge(await signed(key), key)).toEqual({
      ours: `by good-${algorithm} <good-${algorithm}@example.com>`,
      git: true,
    });
  });

  it('are good by a subkey', async () => {
    await gpg('--quick-generate-key', 'Sub <sub@example.com>', 'ed25519', 'cert', '1y');
    const key =
      /^fpr:+([0-9A-F]{40}):/m.exec(await gpg('--with-colons', '--list-keys', 'sub@example.com'))?.[1] ?? '';
    await gpg('--quick-add-key', key, 'ed25519', 'sign', '1y');
    expect(await judge(await signed(key), key)).toEqual({ ours: 'by Sub <sub@example.com>', git: true });
  });

  it('over an altered commit are refused by both', async () => {
    const key = await makeKey('altered');
    const text = (await gitBytes(repository, ['cat-file', 'commit', await signed(key)])).toString();
    const input = text.replace('A change', 'A chance');
    const commit = await git(repository, ['hash-object', '-t', 'commit', '-w', '--stdin'], { input });
    const { ours, git: theirs } = await judge(commit, key);
    expect(theirs).toBe(false);
    expect(ours).toContain('does not fit it');
  });

  it('by a key that expired since are refused by both', async () => {
    const name = 'expired';
    const past = '--faked-system-time=20250101T000000';
    await gpg(past, '--quick-generate-key', `${name} <${name}@example.com>`, 'ed25519', 'sign', '30d');
    const key = /^fpr:+([0-9A-F]{40}):/m.exec(await gpg('--with-colons', '--list-keys', name))?.[1] ?? '';
    await writeFile(join(home, 'faked-gpg'), `#!/bin/sh\nexec gpg ${past} "$@"\n`);
    await chmod(join(home, 'faked-gpg'), 0o755);
    const tree = await git(repository, ['hash-object', '-t', 'tree', '-w', '--stdin'], { input: '' });
    const commit = await git(repository, ['commit-tree', `-S${key}`, '-m', 'Then', tree], {
      env: { GNUPGHOME: home },
      config: { 'gpg.program': join(home, 'faked-gpg') },
    });
    const { ours, git: theirs } = await judge(commit, key);
    expect(theirs).toBe(false);
    expect(ours).toMatch(/of expired <expired@example.com>, which expired at 2025-01-31/);
  });

  it('by a key that was revoked since are refused by both', async () => {
    const key = await makeKey('revoked');
    const commit = await signed(key);
    const file = join(home, 'openpgp-revocs.d', `${key}.rev`);
    const certificate = (await readFile(file, 'utf8')).replace(':-----BEGIN', '-----BEGIN');
    await writeFile(join(home, 'revoke'), certificate);
    await gpg('--import', join(home, 'revoke'));
    const { ours, git: theirs } = await judge(commit, key);
    expect(theirs).toBe(false);
    expect(ours).toMatch(/which is revoked$/);
  });

  it('by a key that is not listed are refused', async () => {
    const commit = await signed(await makeKey('stranger'));
    expect((await judge(commit, await makeKey('listed'))).ours).toContain('not among the trusted signers');
  });
});
