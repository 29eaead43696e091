import { createPrivateKey, type KeyObject } from 'node:crypto';
import { Failure } from '../../core/failure.ts';

/**
 * Reads a private key: OpenSSH's own format, PuTTY's, or PEM (PKCS#1, SEC 1, PKCS#8), with or without passphrase.
 * @param source names the key in messages; nothing of its content is ever shown
 * @throws Failure `invalid-config`
 */
export async function readSshPrivateKey(
  text: string,
  passphrase: string | undefined,
  source: string,
): Promise<KeyObject> {
  const title = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1];
  if (title === undefined && isPublic(text)) throw bad(source, 'is a public key; give the private one');
  if (title?.includes('PUBLIC KEY') === true) throw bad(source, 'is a public key; give the private one');
  if (title?.includes('CERTIFICATE') === true) throw bad(source, 'is a certificate; give the private key');
  if (title?.startsWith('PGP ') === true) {
    throw bad(source, 'is an OpenPGP key; configure it as an OpenPGP key, or give an SSH key');
  }
  const putty = text.startsWith('PuTTY-User-Key-File');
  if (title === undefined && !putty) throw bad(source, `is no SSH private key; expected ${expected}`);
  const opensshFormat = putty || title === 'OPENSSH PRIVATE KEY';
  const pem = opensshFormat ? await opensshToPem(text, passphrase, source) : text;
  // What came out of OpenSSH's format is no longer encrypted.
  return pemToKey(pem, opensshFormat ? undefined : passphrase, source);
}

const expected = 'an OpenSSH or PEM private key (ed25519, ECDSA or RSA)';

async function opensshToPem(text: string, passphrase: string | undefined, source: string): Promise<string> {
  const { utils } = (await import('ssh2')).default;
  // A file that announces no keys at all gives `undefined`, which the library's types leave out.
  const parsed = utils.parseKey(text, passphrase) as ReturnType<typeof utils.parseKey> | undefined;
  if (parsed === undefined || parsed instanceof Error) {
    const words = parsed?.message ?? '';
    if (/no passphrase given/i.test(words)) throw needsPassphrase(source);
    if (passphrase !== undefined && /passphrase|authenticate data|bad decrypt/i.test(words)) {
      throw wrongPassphrase(source);
    }
    const type = /Unsupported OpenSSH private key type: ([\w@.-]{1,64})/.exec(words)?.[1];
    throw bad(
      source,
      type === undefined
        ? `cannot be read; expected ${expected}`
        : `is of type ${type}, which cannot sign here; expected ${expected}`,
    );
  }
  return parsed.getPrivatePEM();
}

function pemToKey(pem: string, passphrase: string | undefined, source: string): KeyObject {
  try {
    return createPrivateKey(passphrase === undefined ? pem : { key: pem, passphrase });
  } catch (error) {
    if (/Proc-Type: 4,ENCRYPTED|BEGIN ENCRYPTED/.test(pem)) {
      throw passphrase === undefined ? needsPassphrase(source) : wrongPassphrase(source);
    }
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw bad(source, `cannot be read${code}; expected ${expected}`);
  }
}

function isPublic(text: string): boolean {
  return /^(?:ssh-|ecdsa-|sk-)[\w@.-]+ [A-Za-z0-9+/]/.test(text.trimStart());
}

function needsPassphrase(source: string): Failure {
  return bad(source, 'is encrypted; give its passphrase');
}

function wrongPassphrase(source: string): Failure {
  return bad(source, 'does not open with the passphrase that was given');
}

function bad(source: string, words: string): Failure {
  return new Failure('invalid-config', `${source} ${words}`);
}
