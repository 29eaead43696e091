import type { Brand } from '../core/brand.ts';

/** `sha256:` and 64, or `sha512:` and 128 lower-case hex digits (OCI image spec, descriptor digests). */
export type Digest = Brand<string, 'Digest'>;

const pattern = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

export function parseDigest(text: string): Digest | undefined {
  return pattern.test(text) ? (text as Digest) : undefined;
}
