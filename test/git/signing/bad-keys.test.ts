import { generateKeyPairSync } from 'node:crypto';
import { generateKey } from 'openpgp';
import { describe, expect, it } from 'vitest';
import { createOpenPgpSigner } from '../../../src/git/signing/openpgp-signer.ts';
import { generateSshKey } from '../../../src/git/signing/ssh-keygen.ts';
import { createSshSigner } from '../../../src/git/signing/ssh-signer.ts';
import { Failure } from '../../../src/core/failure.ts';

const made = generateSshKey('bot');
const pem = (options: Record<string, string>, type: 'pkcs1' | 'pkcs8' = 'pkcs8'): string =>
  generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
    type,
    format: 'pem',
    ...options,
  }) as string;
const locked = pem({ cipher: 'aes-256-cbc', passphrase: 'open sesame' });
const old = pem({ cipher: 'aes-128-cbc', passphrase: 'open sesame' }, 'pkcs1');
const dsa = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 });
const koblitz = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
const damaged = made.privateKey.replace(/\n(.)/, '\n!');
const hidden = made.privateKey.split('\n')[2] ?? '';

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error: unknown = await work.then(() => undefined).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Failure);
  return error as Failure;
}

describe('an SSH key that cannot sign', () => {
  it.each([
    ['a public key', made.publicKey, undefined, 'is a public key; give the private one'],
    [
      'a public key in PEM',
      dsa.publicKey.export({ type: 'spki', format: 'pem' }),
      undefined,
      'is a public key; give the private one',
    ],
    [
      'a certificate',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      undefined,
      'is a certificate',
    ],
    ['an OpenPGP key', '-----BEGIN PGP PRIVATE KEY BLOCK-----\n', undefined, 'is an OpenPGP key'],
    ['no key', 'correct horse', undefined, 'is no SSH private key; expected an OpenSSH or PEM private key'],
    ['nothing', '', undefined, 'is no SSH private key'],
    ['a damaged key', damaged, undefined, 'cannot be read; expected'],
    ['half a key', made.privateKey.slice(0, 200), undefined, 'cannot be read; expected'],
    [
      'a damaged PEM',
      '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
      undefined,
      'cannot be read (',
    ],
    ['no passphrase', locked, undefined, 'is encrypted; give its passphrase'],
    ['an empty passphrase', locked, '', 'is encrypted; give its passphrase'],
    ['a wrong passphrase', locked, 'open barley', 'does not open with the passphrase'],
    ['no passphrase, old PEM', old, undefined, 'is encrypted; give its passphrase'],
    ['a wrong passphrase, old PEM', old, 'open barley', 'does not open with the passphrase'],
    [
      'DSA',
      dsa.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      undefined,
      'is of a kind that cannot sign commits',
    ],
    ['a short RSA key', pem({}), undefined, 'is an RSA key of 1024 bits, which is not safe; expected 2048'],
    [
      'another curve',
      koblitz.privateKey.export({ type: 'sec1', format: 'pem' }),
      undefined,
      'is of a kind that cannot',
    ],
  ])('is named, and nothing of it shown: %s', async (_label, privateKey, passphrase, words) => {
    const failure = await failureOf(
      createSshSigner({
        privateKey: privateKey.toString(),
        source: 'the key of fleet (file bot.key)',
        ...(passphrase === undefined ? {} : { passphrase }),
      }),
    );
    expect(failure.code).toBe('invalid-config');
    expect(failure.message).toContain(`the key of fleet (file bot.key) ${words}`);
    expect(failure.message).not.toContain(hidden);
    expect(failure.message).not.toContain('open barley');
  });
});

describe('an SSH key', () => {
  it('may come as bytes, with Windows line ends, and with a passphrase that it does not need', async () => {
    const text = made.privateKey.replaceAll('\n', '\r\n');
    const signer = await createSshSigner({ privateKey: Buffer.from(text), passphrase: 'not needed' });
    expect(`${signer.publicKey} bot`).toBe(made.publicKey);
    expect(await signer.sign(Buffer.from('x'))).toMatch(/^-----BEGIN SSH SIGNATURE-----\n[^\r]+-----$/);
  });

  it('is made anew each time', () => {
    expect(generateSshKey('bot').publicKey).not.toBe(made.publicKey);
  });
});

describe('an OpenPGP key that cannot sign', () => {
  it('is named, and nothing of it shown', async () => {
    const key = await make('open sesame');
    const cases: readonly (readonly [string, string | undefined, string])[] = [
      [key.publicKey, undefined, 'is a public key; give the private one'],
      [key.privateKey, undefined, 'is encrypted; give its passphrase'],
      [key.privateKey, '', 'is encrypted; give its passphrase'],
      [key.privateKey, 'open barley', 'does not open with the passphrase that was given'],
      [key.privateKey.slice(0, 300), 'open sesame', 'cannot be read'],
      [made.privateKey, undefined, 'is no armored OpenPGP private key (gpg --armor --export-secret-keys'],
      ['', undefined, 'is no armored OpenPGP private key'],
    ];
    for (const [privateKey, passphrase, words] of cases) {
      const failure = await failureOf(
        createOpenPgpSigner({ privateKey, ...(passphrase === undefined ? {} : { passphrase }) }),
      );
      expect(failure.code).toBe('invalid-config');
      expect(failure.message).toContain(`the OpenPGP signing key ${words}`);
      expect(failure.message).not.toContain('open barley');
    }
    const signer = await createOpenPgpSigner({ privateKey: key.privateKey, passphrase: 'open sesame' });
    expect(await signer.sign(Buffer.from('x'))).toMatch(/^-----BEGIN PGP SIGNATURE-----\n/);
  });
});

function make(passphrase: string): Promise<{ privateKey: string; publicKey: string }> {
  return generateKey({ userIDs: [{ name: 'bot', email: 'bot@example.com' }], passphrase, format: 'armored' });
}
