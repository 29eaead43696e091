import { hash, verify } from 'node:crypto';
import { sshString } from '../signing/ssh-wire.ts';
import { readSshKey, type SshKey } from './ssh-key.ts';
import { SshReader } from './ssh-reader.ts';

/** A signature as OpenSSH's PROTOCOL.sshsig has it. */
export interface SshSignature {
  /** The public key that it says it is of, in wire form. */
  readonly publicKey: Buffer;
  readonly namespace: string;
  readonly reserved: Buffer;
  readonly hash: 'sha256' | 'sha512';
  /** Kind and bytes, in wire form. */
  readonly blob: Buffer;
}

const magic = 'SSHSIG';

/** @throws RangeError where the text is no such signature */
export function readSshSignature(armored: string): SshSignature {
  const text = /^-----BEGIN SSH SIGNATURE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END SSH SIGNATURE-----\s*$/.exec(
    armored,
  )?.[1];
  if (text === undefined) throw new RangeError('it is not armored as one');
  const reader = new SshReader(Buffer.from(text, 'base64'));
  if (reader.take(magic.length).toString('latin1') !== magic)
    throw new RangeError('it does not begin as one');
  const version = reader.uint32();
  if (version !== 1) throw new RangeError(`it is of version ${version}, and 1 is the one that is known`);
  const publicKey = reader.string();
  const namespace = reader.text();
  const reserved = reader.string();
  const name = reader.text();
  if (name !== 'sha256' && name !== 'sha512') throw new RangeError('it is over an unknown hash');
  const blob = reader.string();
  reader.end();
  return { publicKey, namespace, reserved, hash: name, blob };
}

/** Whether the signature is the key's, over these bytes. @throws RangeError where key or signature are damaged, or of an unknown kind */
export function isGoodSshSignature(signature: SshSignature, payload: Uint8Array): boolean {
  const key = readSshKey(signature.publicKey);
  const signed = Buffer.concat([
    Buffer.from(magic),
    sshString(signature.namespace),
    sshString(signature.reserved),
    sshString(signature.hash),
    sshString(hash(signature.hash, payload, 'buffer')),
  ]);
  const reader = new SshReader(signature.blob);
  const kind = reader.text();
  const bytes = reader.string();
  const told = key.application === undefined ? undefined : reader.take(flagsAndCounter);
  reader.end();
  return check(key, kind, bytes, told === undefined ? signed : seen(key, told, signed));
}

/** One byte that says whether somebody touched the key, four that count its signatures. */
const flagsAndCounter = 5;

/** What a security key signs in place of the bytes themselves (OpenSSH's PROTOCOL.u2f). */
function seen({ application }: SshKey, told: Buffer, signed: Buffer): Buffer {
  if (((told[0] ?? 0) & 1) === 0) throw new RangeError('nobody touched the security key that made it');
  return Buffer.concat([sha256(application ?? Buffer.alloc(0)), told, sha256(signed)]);
}

function sha256(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer');
}

/** RFC 8709 (ed25519), RFC 8332 (RSA; with SHA-1 never), RFC 5656 (ECDSA). */
function check({ type, key, curve }: SshKey, kind: string, bytes: Buffer, signed: Buffer): boolean {
  if (type === 'ssh-rsa' && kind === 'rsa-sha2-512') return verify('sha512', signed, key, bytes);
  if (type === 'ssh-rsa' && kind === 'rsa-sha2-256') return verify('sha256', signed, key, bytes);
  if (kind !== type || type === 'ssh-rsa') throw new RangeError('its kind does not fit its key');
  if (curve === undefined) return verify(null, signed, key, bytes);
  const numbers = new SshReader(bytes);
  const pair = Buffer.concat([numbers.number(curve.size), numbers.number(curve.size)]);
  numbers.end();
  return verify(curve.hash, signed, { key, dsaEncoding: 'ieee-p1363' }, pair);
}
