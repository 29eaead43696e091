import { createHash } from 'node:crypto';
import { Failure } from '../../core/failure.ts';
import { parseDigest, type Digest } from '../../image/digest.ts';
import type { HttpResponse } from '../../net/client.ts';

/** Whether `bytes` have that digest. */
export function hasDigest(bytes: Uint8Array, digest: Digest): boolean {
  return digestBy(digest.startsWith('sha512:') ? 'sha512' : 'sha256', bytes) === digest;
}

export function sha256(bytes: Uint8Array): Digest {
  return digestBy('sha256', bytes);
}

/** `docker-content-digest`, where the registry tells it. @throws Failure `bad-answer` where it is no digest */
export function digestHeader(response: HttpResponse, host: string): Digest | undefined {
  const text = response.headers['docker-content-digest'];
  if (text === undefined) return undefined;
  const digest = parseDigest(text.trim());
  if (digest !== undefined) return digest;
  throw new Failure('bad-answer', `${host} answered a docker-content-digest that is no digest`, { host });
}

function digestBy(algorithm: 'sha256' | 'sha512', bytes: Uint8Array): Digest {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}` as Digest;
}
