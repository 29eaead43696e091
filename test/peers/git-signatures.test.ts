import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CommitSigner } from '../../src/git/signer.ts';
import { createOpenPgpSigner } from '../../src/git/signing/openpgp-signer.ts';
import { generateSshKey } from '../../src/git/signing/ssh-keygen.ts';
import { createSshSigner } from '../../src/git/signing/ssh-signer.ts';
import { git } from './git.ts';
import { run } from './programs.ts';
import { describePeer } from './require.ts';

const payload = 'tree and parent\n\nmessage, with a letter: é\n';

describePeer(['git', 'ssh-keygen'], 'SSH signatures, judged by OpenSSH and git', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tallyman-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const kinds: readonly (readonly [label: string, args: readonly string[], passphrase: string])[] = [
    ['ed25519', ['-t', 'ed25519'], ''],
    ['ed25519 with passphrase', ['-t', 'ed25519', '-a', '2'], 'open sesame'],
    ['ecdsa-256', ['-t', 'ecdsa', '-b', '256'], ''],
    ['ecdsa-384', ['-t', 'ecdsa', '-b', '384'], ''],
    ['ecdsa-521 with passphrase', ['-t', 'ecdsa', '-b', '521', '-a', '2'], 'open sesame'],
    ['rsa', ['-t', 'rsa', '-b', '2048'], ''],
    ['rsa in PEM', ['-t', 'rsa', '-b', '2048', '-m', 'PEM'], ''],
    ['rsa in PEM with passphrase', ['-t', 'rsa', '-b', '2048', '-m', 'PEM'], 'open sesame'],
    ['rsa in PKCS#8', ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8'], ''],
    ['rsa in PKCS#8 with passphrase', ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8'], 'open sesame'],
    ['ecdsa-256 in PEM', ['-t', 'ecdsa', '-b', '256', '-m', 'PEM'], ''],
    ['ecdsa-521 in PKCS#8', ['-t', 'ecdsa', '-b', '521', '-m', 'PKCS8'], ''],
  ];
  it.each(kinds)('are good: %s', async (label, args, passphrase) => {
    const file = join(folder, label.replaceAll(/\W/g, '-'));
    await run('ssh-keygen', ['-q', ...args, '-N', passphrase, '-C', 'bot', '-f', file]);
    const signer = await createSshSigner({ privateKey: await readFile(file), passphrase });
    const published = await readFile(`${file}.pub`, 'utf8');
    expect(`${signer.publicKey} bot\n`).toBe(published);
    await judge(signer, signer.publicKey, folder);
  });

  it('need the passphrase, and the right one', async () => {
    const file = join(folder, 'locked');
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-a', '2', '-N', 'open sesame', '-f', file]);
    const privateKey = await readFile(file);
    await expect(createSshSigner({ privateKey })).rejects.toThrow('is encrypted; give its passphrase');
    await expect(createSshSigner({ privateKey, passphrase: 'open barley' })).rejects.toThrow(
      'the SSH signing key does not open with the passphrase that was given',
    );
  });

  it('are good by a key that we made', async () => {
    const pair = generateSshKey('demo key');
    const file = join(folder, 'made');
    await writeFile(file, pair.privateKey);
    await chmod(file, 0o600);
    // OpenSSH reads our private key and finds the same public one in it.
    expect(await run('ssh-keygen', ['-y', '-f', file])).toBe(`${pair.publicKey}\n`);
    const signer = await createSshSigner({ privateKey: pair.privateKey });
    expect(pair.publicKey).toBe(`${signer.publicKey} demo key`);
    await judge(signer, signer.publicKey, folder);
  });

  it('many in a row are good: numbers of every length', async () => {
    const file = join(folder, 'many');
    await run('ssh-keygen', ['-q', '-t', 'ecdsa', '-b', '521', '-N', '', '-f', file]);
    const signer = await createSshSigner({ privateKey: await readFile(file) });
    for (let round = 0; round < 10; round++) {
      await expect(judge(signer, signer.publicKey, folder, `round ${round}\n`)).resolves.toBeUndefined();
    }
  });
});

async function judge(signer: CommitSigner, publicKey: string, folder: string, text = payload): Promise<void> {
  const allowed = join(folder, 'allowed_signers');
  await writeFile(allowed, `bot@example.com namespaces="git" ${publicKey}\n`);
  const signature = await signer.sign(Buffer.from(text));
  expect(signature).not.toMatch(/\n$/);
  await writeFile(join(folder, 'signature'), `${signature}\n`);
  const args = ['-f', allowed, '-I', 'bot@example.com', '-n', 'git', '-s', join(folder, 'signature')];
  expect(await run('ssh-keygen', ['-Y', 'verify', ...args], { input: text })).toContain(
    'Good "git" signature',
  );
  await expect(run('ssh-keygen', ['-Y', 'verify', ...args], { input: `${text}x` })).rejects.toThrow(/ended/);
  await verifyCommit(signer, folder, { 'gpg.ssh.allowedSignersFile': allowed });
}

/** Puts a signed commit into a repository and lets `git verify-commit` judge it. */
async function verifyCommit(
  signer: CommitSigner,
  folder: string,
  config: Record<string, string>,
  env: Record<string, string> = {},
): Promise<void> {
  const repository = join(folder, 'judge.git');
  await git(folder, ['init', '-q', '--bare', 'judge.git']);
  const tree = await git(repository, ['hash-object', '-t', 'tree', '-w', '--stdin'], { input: '' });
  const head = [
    `tree ${tree}`,
    'author Ann <ann@example.com> 1790000000 +0000',
    'committer bot <bot@example.com> 1790000000 +0000',
  ];
  const message = 'release(web): 1.0.0 -> 1.1.0\n\nÜmläut\n';
  const signature = await signer.sign(Buffer.from(`${head.join('\n')}\n\n${message}`));
  const signed = `${head.join('\n')}\ngpgsig ${signature.replaceAll('\n', '\n ')}\n\n${message}`;
  const commit = await git(repository, ['hash-object', '-t', 'commit', '-w', '--stdin'], { input: signed });
  await git(repository, ['verify-commit', commit], { config, env });
  const forged = await git(repository, ['hash-object', '-t', 'commit', '-w', '--stdin'], {
    input: signed.replace('1.1.0', '6.6.6'),
  });
  await expect(git(repository, ['verify-commit', forged], { config, env })).rejects.toThrow(/ended/);
}

describePeer(['git', 'gpg'], 'OpenPGP signatures, judged by gpg and git', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'tallyman-'));
    await chmod(home, 0o700);
  });
  afterAll(async () => {
    await run('gpgconf', ['--homedir', home, '--kill', 'all']);
    await rm(home, { recursive: true, force: true });
  });
  const gpg = (args: readonly string[], input?: string): Promise<string> =>
    run('gpg', ['--batch', '--quiet', '--pinentry-mode', 'loopback', ...args], {
      env: { GNUPGHOME: home },
      ...(input === undefined ? {} : { input }),
    });

  it.each([
    ['ed25519', 'ed25519', ''],
    ['rsa with passphrase', 'rsa2048', 'open sesame'],
    ['NIST P-256', 'nistp256', ''],
  ])('are good: %s', async (label, algorithm, passphrase) => {
    const user = `${label} <${algorithm}@example.com>`;
    await gpg(['--passphrase', passphrase, '--quick-generate-key', user, algorithm, 'sign', '1y']);
    const armored = await gpg(['--passphrase', passphrase, '--armor', '--export-secret-keys', user]);
    const signer = await createOpenPgpSigner({ privateKey: armored, passphrase });
    const signature = await signer.sign(Buffer.from(payload));
    expect(signature).toMatch(/^-----BEGIN PGP SIGNATURE-----\n[^\r]+\n-----END PGP SIGNATURE-----$/);
    await writeFile(join(home, 'payload'), payload);
    await gpg(['--verify', '-', join(home, 'payload')], `${signature}\n`);
    await verifyCommit(signer, home, {}, { GNUPGHOME: home });
  });

  it('are good by a signing subkey whose primary key stays offline', async () => {
    const user = 'Offline <offline@example.com>';
    await gpg(['--passphrase', '', '--quick-generate-key', user, 'ed25519', 'cert', '1y']);
    const listed = await gpg(['--with-colons', '--list-keys', user]);
    const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(listed)?.[1] ?? '';
    await gpg(['--passphrase', '', '--quick-add-key', fingerprint, 'ed25519', 'sign', '1y']);
    const armored = await gpg(['--armor', '--export-secret-subkeys', user]);
    const signer = await createOpenPgpSigner({ privateKey: armored });
    await expect(verifyCommit(signer, home, {}, { GNUPGHOME: home })).resolves.toBeUndefined();
  });

  it('an expired key is told from a good one', async () => {
    const user = 'Expired <expired@example.com>';
    const past = '--faked-system-time=20200101T000000';
    await gpg([past, '--passphrase', '', '--quick-generate-key', user, 'ed25519', 'sign', '1d']);
    const armored = await gpg([past, '--armor', '--export-secret-keys', user]);
    await expect(createOpenPgpSigner({ privateKey: armored })).rejects.toThrow(
      'the OpenPGP signing key cannot sign: it has expired',
    );
  });

  it('are not made with a curve that is not known, which is told as that', async () => {
    const user = 'Curve <curve@example.com>';
    await gpg(['--passphrase', 'open sesame', '--quick-generate-key', user, 'brainpoolP256r1', 'sign', '1y']);
    const privateKey = await gpg(['--passphrase', 'open sesame', '--armor', '--export-secret-keys', user]);
    await expect(createOpenPgpSigner({ privateKey, passphrase: 'open sesame' })).rejects.toThrow(
      'the OpenPGP signing key is of a kind that cannot be used (a brainpool curve, say)',
    );
    await expect(createOpenPgpSigner({ privateKey, passphrase: 'open barley' })).rejects.toThrow(
      'does not open with the passphrase',
    );
  });
});
