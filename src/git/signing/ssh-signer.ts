import { hash, sign, type KeyObject } from 'node:crypto';
import { Failure } from '../../core/failure.ts';
import type { CommitSigner } from '../signer.ts';
import { readSshPrivateKey } from './ssh-private-key.ts';
import { leastRsaBits, sshPublicKey, type SshPublicKey } from './ssh-public-key.ts';
import { sshArmor, sshMpint, sshString, sshUint32 } from './ssh-wire.ts';

export interface SshSignerOptions {
  /** OpenSSH's format, PuTTY's, or PEM. */
  readonly privateKey: string | Uint8Array;
  readonly passphrase?: string;
  /** Names the key in messages: `the signing key (file /etc/keys/bot)`. Default `the SSH signing key`. */
  readonly source?: string;
}

export interface SshSigner extends CommitSigner {
  /** `ssh-ed25519 AAAA...`, as an `allowed_signers` file wants it. */
  readonly publicKey: string;
}

/**
 * Signs commits with an SSH key as `gpg.format = ssh` does (OpenSSH's PROTOCOL.sshsig, namespace `git`; product.md, 5).
 * @throws Failure `invalid-config` where the key cannot be read, is of another kind than ed25519, ECDSA or RSA, or is an RSA key of less than 2048 bits
 */
export async function createSshSigner(options: SshSignerOptions): Promise<SshSigner> {
  const { privateKey, passphrase, source = 'the SSH signing key' } = options;
  const text = typeof privateKey === 'string' ? privateKey : Buffer.from(privateKey).toString('utf8');
  const key = await readSshPrivateKey(text.trim(), passphrase === '' ? undefined : passphrase, source);
  const publicKey = sshPublicKey(key, source);
  const { modulusLength: bits = leastRsaBits } = key.asymmetricKeyDetails ?? {};
  if (bits < leastRsaBits) {
    const words = `${source} is an RSA key of ${bits} bits, which is not safe; expected ${leastRsaBits} at least, or an ed25519 key`;
    throw new Failure('invalid-config', words);
  }
  return {
    publicKey: `${publicKey.type} ${publicKey.blob.toString('base64')}`,
    // Async by the port; the work takes well under a millisecond for ed25519.
    sign: (payload) => Promise.resolve(signature(key, publicKey, payload)),
  };
}

const magic = Buffer.from('SSHSIG');
const namespace = sshString('git');
const reserved = sshString('');
const hashName = sshString('sha512');

function signature(key: KeyObject, publicKey: SshPublicKey, payload: Uint8Array): string {
  const digest = hash('sha512', payload, 'buffer');
  const signed = Buffer.concat([magic, namespace, reserved, hashName, sshString(digest)]);
  const blob = Buffer.concat([
    magic,
    sshUint32(1),
    sshString(publicKey.blob),
    namespace,
    reserved,
    hashName,
    sshString(rawSignature(key, publicKey.type, signed)),
  ]);
  return sshArmor('SSH SIGNATURE', blob);
}

/** RFC 8709 (ed25519), RFC 8332 (RSA with SHA-512), RFC 5656 (ECDSA). */
function rawSignature(key: KeyObject, type: SshPublicKey['type'], data: Uint8Array): Buffer {
  switch (type) {
    case 'ssh-ed25519':
      return Buffer.concat([sshString(type), sshString(sign(null, data, key))]);
    case 'ssh-rsa':
      return Buffer.concat([sshString('rsa-sha2-512'), sshString(sign('sha512', data, key))]);
    case 'ecdsa-sha2-nistp256':
      return ecdsaSignature(key, type, 'sha256', data);
    case 'ecdsa-sha2-nistp384':
      return ecdsaSignature(key, type, 'sha384', data);
    case 'ecdsa-sha2-nistp521':
      return ecdsaSignature(key, type, 'sha512', data);
  }
}

function ecdsaSignature(key: KeyObject, type: string, digest: string, data: Uint8Array): Buffer {
  const pair = sign(digest, data, { key, dsaEncoding: 'ieee-p1363' });
  const half = pair.length / 2;
  const numbers = Buffer.concat([sshMpint(pair.subarray(0, half)), sshMpint(pair.subarray(half))]);
  return Buffer.concat([sshString(type), sshString(numbers)]);
}
