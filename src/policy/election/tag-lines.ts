import { didYouMean } from '../../core/nearest.ts';
import { parseDigest, type Digest } from '../../image/digest.ts';
import { parsePlatform, type Platform } from '../../image/platform.ts';
import type { Tag } from '../../image/tag.ts';
import type { ImageFacts } from './decision.ts';
import { parseInstant } from '../time/instant.ts';

/** What the lines tell, and the platforms by tag, where they were given. */
export interface TagLines extends ImageFacts {
  readonly platforms: Readonly<Record<string, readonly Platform[]>>;
}

const columns = ['TAG', 'CREATED', 'DIGEST', 'PLATFORMS'];

/**
 * Reads the input of `tallyman elect`: lines `TAG[<tab>CREATED[<tab>DIGEST[<tab>PLATFORMS]]]`. CREATED is RFC 3339, platforms are
 * separated by commas, an empty column is not known (see `DecisionInput.offline`). Empty lines are skipped. A tag is taken as it stands: one that
 * breaks the grammar of tags is dropped (and shown) by the election.
 */
export function parseTagLines(text: string): TagLines | { readonly error: string; readonly line: number } {
  const tags: Tag[] = [];
  const created = new Map<string, number>();
  const digests = new Map<string, Digest>();
  const platforms = new Map<string, readonly Platform[]>();
  const lines = text.startsWith('\uFEFF') ? text.slice(1).split('\n') : text.split('\n');
  for (const [index, whole] of lines.entries()) {
    const line = whole.endsWith('\r') ? whole.slice(0, -1) : whole;
    if (line === '') continue;
    const read = readLine(line);
    if ('error' in read) return { error: read.error, line: index + 1 };
    const { tag } = read;
    if (read.created !== undefined) created.set(tag, read.created);
    if (read.digest !== undefined) digests.set(tag, read.digest);
    if (read.platforms !== undefined) platforms.set(tag, read.platforms);
    tags.push(tag as Tag);
  }
  return {
    tags,
    created: Object.fromEntries(created),
    digests: Object.fromEntries(digests),
    platforms: Object.fromEntries(platforms),
  };
}

interface TagLine {
  readonly tag: string;
  readonly created: number | undefined;
  readonly digest: Digest | undefined;
  readonly platforms: readonly Platform[] | undefined;
}

function readLine(line: string): TagLine | { readonly error: string } {
  const cells = line.split('\t');
  const [tag = '', createdText = '', digestText = '', platformText = ''] = cells;
  if (cells.length > columns.length) {
    return { error: `${cells.length} columns; expected at most ${columns.length}: ${columns.join(', ')}` };
  }
  if (tag === '') return { error: 'the first column, the tag, is empty' };
  const created = createdText === '' ? undefined : parseInstant(createdText);
  if (created === undefined && createdText !== '') {
    return {
      error: `CREATED "${createdText}" is no RFC 3339 time; expected one such as 2026-11-21T08:00:00Z`,
    };
  }
  const digest = digestText === '' ? undefined : parseDigest(digestText);
  if (digest === undefined && digestText !== '') {
    return { error: `DIGEST "${digestText}" is no digest; expected sha256: and 64 lower-case hex digits` };
  }
  if (platformText === '') return { tag, created, digest, platforms: undefined };
  const platforms: Platform[] = [];
  for (const text of platformText.split(',')) {
    const platform = parsePlatform(text.trim());
    if (platform === undefined) {
      return {
        error: `PLATFORMS: "${text}" is no platform${didYouMean(text, usualPlatforms)}; expected os/architecture[/variant]`,
      };
    }
    platforms.push(platform);
  }
  return { tag, created, digest, platforms };
}

const usualPlatforms = ['linux/amd64', 'linux/arm64', 'linux/arm/v7', 'windows/amd64'];
