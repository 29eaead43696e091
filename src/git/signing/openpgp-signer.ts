import type { PrivateKey } from 'openpgp';
import { Failure } from '../../core/failure.ts';
import type { CommitSigner } from '../signer.ts';

export interface OpenPgpSignerOptions {
  /** ASCII-armored, as `gpg --armor --export-secret-keys` writes it. */
  readonly privateKey: string;
  readonly passphrase?: string;
  /** Names the key in messages. Default `the OpenPGP signing key`. */
  readonly source?: string;
}

export interface OpenPgpSigner extends CommitSigner {
  /** Armored. */
  readonly publicKey: string;
}

/**
 * Signs commits with an OpenPGP key: detached, armored signatures as `gpg --detach-sign --armor` makes them (product.md, 5).
 * @throws Failure `invalid-config` where the key cannot be read, is locked, has expired or cannot sign
 */
export async function createOpenPgpSigner(options: OpenPgpSignerOptions): Promise<OpenPgpSigner> {
  const { privateKey, passphrase, source = 'the OpenPGP signing key' } = options;
  const openpgp = await import('openpgp');
  const key = await unlock(await readKey(privateKey, source), passphrase, source);
  await checkSigns(key, source);
  return {
    publicKey: key.toPublic().armor(),
    async sign(payload) {
      // An expired key is found out here, too: a daemon lives longer than many keys.
      await checkSigns(key, source);
      const message = await openpgp.createMessage({ binary: Buffer.from(payload) });
      const armored: unknown = await openpgp.sign({ message, signingKeys: key, detached: true });
      return String(armored).replaceAll('\r\n', '\n').trimEnd();
    },
  };
}

async function readKey(text: string, source: string): Promise<PrivateKey> {
  const title = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1];
  if (title === 'PGP PUBLIC KEY BLOCK') throw bad(source, 'is a public key; give the private one');
  if (title !== 'PGP PRIVATE KEY BLOCK') {
    throw bad(source, 'is no armored OpenPGP private key (gpg --armor --export-secret-keys writes one)');
  }
  const openpgp = await import('openpgp');
  try {
    return await openpgp.readPrivateKey({ armoredKey: text });
  } catch {
    // The library's words may quote the input.
    throw bad(source, 'cannot be read: the armored block is damaged, or of a kind that is not known');
  }
}

async function unlock(key: PrivateKey, passphrase: string | undefined, source: string): Promise<PrivateKey> {
  if (key.isDecrypted()) return key;
  if (passphrase === undefined || passphrase === '') throw bad(source, 'is encrypted; give its passphrase');
  const openpgp = await import('openpgp');
  try {
    return await openpgp.decryptKey({ privateKey: key, passphrase });
  } catch (error) {
    if (error instanceof Error && /incorrect key passphrase/i.test(error.message))
      throw bad(source, 'does not open with the passphrase that was given');
    throw bad(
      source,
      'is of a kind that cannot be used (a brainpool curve, say); give an ed25519, RSA or NIST key',
    );
  }
}

async function checkSigns(key: PrivateKey, source: string): Promise<void> {
  try {
    await key.getSigningKey();
  } catch {
    throw bad(source, 'cannot sign: it has expired, was revoked, or holds no key for signatures');
  }
}

function bad(source: string, words: string): Failure {
  return new Failure('invalid-config', `${source} ${words}`);
}
