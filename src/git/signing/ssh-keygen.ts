import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { sshPublicKey } from './ssh-public-key.ts';
import { sshArmor, sshString, sshUint32 } from './ssh-wire.ts';

export interface SshKeyPair {
  /** OpenSSH's format, not encrypted, with a final newline. */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA... comment`, without a newline. */
  readonly publicKey: string;
}

/** Makes a fresh ed25519 key (OpenSSH's PROTOCOL.key). The comment is one line. */
export function generateSshKey(comment: string): SshKeyPair {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { type, blob } = sshPublicKey(privateKey, 'the new key');
  return {
    privateKey: ed25519ToOpenSsh(privateKey, comment),
    publicKey: `${type} ${blob.toString('base64')} ${comment}`,
  };
}

/** An ed25519 key in OpenSSH's own format, the only one in which some programs take it; not encrypted. */
export function ed25519ToOpenSsh(privateKey: KeyObject, comment: string): string {
  const { type, blob } = sshPublicKey(privateKey, 'the key');
  const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url');
  const raw = blob.subarray(-32);
  const check = randomBytes(4);
  const secret = padded(
    Buffer.concat([
      check,
      check,
      sshString(type),
      sshString(raw),
      sshString(Buffer.concat([seed, raw])),
      sshString(comment),
    ]),
  );
  const file = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    sshString('none'), // cipher
    sshString('none'), // key derivation
    sshString(''), // its options
    sshUint32(1), // keys
    sshString(blob),
    sshString(secret),
  ]);
  return `${sshArmor('OPENSSH PRIVATE KEY', file)}\n`;
}

/** Filled up to whole blocks of 8 with 1, 2, 3... */
function padded(bytes: Buffer): Buffer {
  const missing = (8 - (bytes.length % 8)) % 8;
  return Buffer.concat([bytes, Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, missing))]);
}
