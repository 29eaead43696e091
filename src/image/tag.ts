import type { Brand } from '../core/brand.ts';

/** A tag by the distribution spec: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`. */
export type Tag = Brand<string, 'Tag'>;

const pattern = /^\w[\w.-]{0,127}$/;

export function parseTag(text: string): Tag | undefined {
  return pattern.test(text) ? (text as Tag) : undefined;
}
