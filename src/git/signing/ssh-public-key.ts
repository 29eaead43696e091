import { createPublicKey, hash, type JsonWebKey, type KeyObject } from 'node:crypto';
import { Failure } from '../../core/failure.ts';
import { sshMpint, sshString } from './ssh-wire.ts';

export interface SshPublicKey {
  readonly type:
    'ssh-ed25519' | 'ssh-rsa' | 'ecdsa-sha2-nistp256' | 'ecdsa-sha2-nistp384' | 'ecdsa-sha2-nistp521';
  /** Wire form (RFC 4253, 6.6; RFC 5656, 3.1; RFC 8709, 4). */
  readonly blob: Buffer;
}

/** Of the modulus. Shorter RSA keys are no longer safe: none signs here, and none is trusted. */
export const leastRsaBits = 2048;

/**
 * The public half of a key.
 * @throws Failure `invalid-config` for a kind of key that SSH signatures do not know
 */
export function sshPublicKey(key: KeyObject, source: string): SshPublicKey {
  const jwk = exportJwk(key, source);
  if (jwk.kty === 'OKP' && jwk.crv === 'Ed25519') {
    return {
      type: 'ssh-ed25519',
      blob: Buffer.concat([sshString('ssh-ed25519'), sshString(number(jwk.x))]),
    };
  }
  if (jwk.kty === 'RSA') {
    const parts = [sshString('ssh-rsa'), sshMpint(number(jwk.e)), sshMpint(number(jwk.n))];
    return { type: 'ssh-rsa', blob: Buffer.concat(parts) };
  }
  const curve = curves.get(jwk.crv ?? '');
  if (jwk.kty !== 'EC' || curve === undefined) throw unknownKind(source);
  const type = `ecdsa-sha2-${curve}` as const;
  // An uncompressed point: 4, then both coordinates.
  const point = Buffer.concat([Buffer.of(4), number(jwk.x), number(jwk.y)]);
  return { type, blob: Buffer.concat([sshString(type), sshString(curve), sshString(point)]) };
}

/**
 * `SHA256:...`, as `ssh-keygen -l` prints it. It is no secret.
 * @param blob a public key in wire form, of any kind
 */
export function fingerprint(blob: Uint8Array): string {
  return `SHA256:${hash('sha256', blob, 'base64').replace(/=+$/, '')}`;
}

const curves = new Map([
  ['P-256', 'nistp256'],
  ['P-384', 'nistp384'],
  ['P-521', 'nistp521'],
] as const) as ReadonlyMap<string, 'nistp256' | 'nistp384' | 'nistp521'>;

function exportJwk(key: KeyObject, source: string): JsonWebKey {
  try {
    return createPublicKey(key).export({ format: 'jwk' });
  } catch {
    // DSA and other kinds have no such form.
    throw unknownKind(source);
  }
}

function number(text: string | undefined): Buffer {
  return Buffer.from(text ?? '', 'base64url');
}

function unknownKind(source: string): Failure {
  return new Failure(
    'invalid-config',
    `${source} is of a kind that cannot sign commits; expected ed25519, ECDSA (P-256, P-384, P-521) or RSA`,
  );
}
