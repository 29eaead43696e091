import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { leastRsaBits } from '../signing/ssh-public-key.ts';
import { SshReader } from './ssh-reader.ts';

/** A public key with what checks its signatures. */
export interface SshKey {
  readonly type: string;
  readonly key: KeyObject;
  /** Bytes of one number of an ECDSA signature, and its hash; `undefined` for other kinds. */
  readonly curve: { readonly size: number; readonly hash: string } | undefined;
  /** Of a security key (FIDO): what it signs for. */
  readonly application: Buffer | undefined;
}

const curves = new Map([
  ['nistp256', { crv: 'P-256', size: 32, hash: 'sha256' }],
  ['nistp384', { crv: 'P-384', size: 48, hash: 'sha384' }],
  ['nistp521', { crv: 'P-521', size: 66, hash: 'sha512' }],
]);

/**
 * Reads a public key in wire form (RFC 4253, 6.6; RFC 5656, 3.1; RFC 8709, 4).
 * @throws RangeError where it is damaged, or of a kind that is not checked here
 */
export function readSshKey(blob: Uint8Array): SshKey {
  const reader = new SshReader(blob);
  const type = reader.text();
  const isSecurityKey = /^sk-.+@openssh\.com$/.test(type);
  const plain = isSecurityKey ? type.slice('sk-'.length, -'@openssh.com'.length) : type;
  const [jwk, curve] = readNumbers(plain, type, reader);
  const application = isSecurityKey ? reader.string() : undefined;
  reader.end();
  const key = fromJwk(jwk);
  if (jwk.kty === 'RSA' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < leastRsaBits)
    throw new RangeError(`it is an RSA key of less than ${leastRsaBits} bits`);
  return { type, key, curve, application };
}

function readNumbers(plain: string, type: string, reader: SshReader): readonly [JsonWebKey, SshKey['curve']] {
  if (plain === 'ssh-ed25519') return [{ kty: 'OKP', crv: 'Ed25519', x: base64(reader.string()) }, undefined];
  if (type === 'ssh-rsa') {
    const e = base64(reader.number());
    return [{ kty: 'RSA', e, n: base64(reader.number()) }, undefined];
  }
  const curve = curves.get(plain.replace(/^ecdsa-sha2-/, ''));
  if (curve === undefined || !plain.startsWith('ecdsa-')) throw unknownKind(type);
  const [name, point] = [reader.text(), reader.string()];
  const { crv, size } = curve;
  if (`ecdsa-sha2-${name}` !== plain || point[0] !== 4 || point.length !== 1 + 2 * size)
    throw new RangeError('it is no point of its curve');
  const [x, y] = [point.subarray(1, 1 + size), point.subarray(1 + size)];
  return [{ kty: 'EC', crv, x: base64(x), y: base64(y) }, curve];
}

function fromJwk(key: JsonWebKey): KeyObject {
  try {
    return createPublicKey({ key, format: 'jwk' });
  } catch {
    throw new RangeError('its numbers are no key');
  }
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64url');
}

function unknownKind(type: string): RangeError {
  const shown = /^[\w@.-]{1,64}$/.test(type) ? `of the kind ${type}` : 'of an unknown kind';
  return new RangeError(
    `it is ${shown}, and only ed25519, ECDSA (also of security keys) and RSA are checked`,
  );
}
