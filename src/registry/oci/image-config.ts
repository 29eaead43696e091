import type { Platform } from '../../image/platform.ts';
import { isObject, parseObject, textEntries } from './json.ts';
import { readPlatform } from './manifest.ts';

/** What an image's config blob tells (OCI image spec, "Image Configuration"). */
export interface ImageConfig {
  /** Milliseconds since the epoch. */
  readonly created: number | undefined;
  readonly platform: Platform | undefined;
  /** Untrusted text. */
  readonly labels: Readonly<Record<string, string>>;
}

/** @throws Failure `bad-answer` where it is no JSON object */
export function parseImageConfig(text: string, host: string, name: string): ImageConfig {
  const value = parseObject(text, host, `a config of ${name}`);
  const { created, config } = value;
  return {
    created: typeof created === 'string' ? parseCreated(created) : undefined,
    platform: readPlatform(value),
    labels: textEntries(isObject(config) ? config['Labels'] : undefined),
  };
}

/**
 * RFC 3339 to milliseconds. Times before 2013 are none: they are the zero or fixed dates of reproducible builds, older than Docker itself
 * (product.md, 3).
 */
export function parseCreated(text: string): number | undefined {
  if (!rfc3339.test(text)) return undefined;
  const time = Date.parse(text.toUpperCase());
  return Number.isNaN(time) || time < earliest ? undefined : time;
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,20})?(?:Z|[+-]\d\d:\d\d)$/i;
const earliest = Date.UTC(2013, 0, 1);
