import type { TagFilter } from '../../src/policy/model.ts';
import type { Random } from './generate/random.ts';
import { rareTags, stampTags, versionTags } from './generate/tags.ts';

/** An election of S3. */
export interface Kind {
  readonly name: string;
  /** As in an annotation. */
  readonly rule: string;
  readonly filter: TagFilter | undefined;
  readonly tags: (count: number, random: Random) => string[];
  /** Milliseconds for 100,000 tags. */
  readonly target: 150 | 1000;
}

const main: TagFilter = { pattern: '^main-', extract: undefined };
const stamp: TagFilter = { pattern: '^main-[0-9a-f]+-(?P<ts>[0-9]+)$', extract: '$ts' };
const searching: TagFilter = { pattern: '^.*-(\\d+)$', extract: '$1' };
/** Tries what cannot match for every character first, and has nearly as many steps as are run over 100,000 tags. */
const worst: TagFilter = { pattern: '(?:.*.*.Z|)(.*)', extract: '$1' };
const hostile: TagFilter = { pattern: '^(?:[a-z0-9]+.?)+([0-9])+$', extract: '$1' };

/** Every kind, and every kind of pattern: plain ones, one that must search, and one made to hang other engines. */
export const kinds: readonly Kind[] = [
  { name: 'semver', rule: 'semver:>=1.2 <6 || ^6', filter: undefined, tags: versionTags, target: 150 },
  {
    name: 'semver, extracted',
    rule: 'semver:*-0',
    filter: { pattern: '^v?(\\d+\\.\\d+\\.\\d+)(-rc\\.\\d+)?$', extract: '$1' },
    tags: versionTags,
    target: 150,
  },
  {
    name: 'glob by semver',
    rule: 'glob:{1,2,v3}.* order=semver',
    filter: undefined,
    tags: versionTags,
    target: 150,
  },
  { name: 'glob by newest', rule: 'glob:main-*', filter: undefined, tags: rareTags, target: 150 },
  {
    name: 'regex',
    rule: 'regex:^main-[0-9a-f]+-\\d+$ order=alphabetical',
    filter: undefined,
    tags: stampTags,
    target: 150,
  },
  {
    name: 'regex that searches',
    rule: 'regex:a.*[0-9].*$ order=alphabetical',
    filter: undefined,
    tags: stampTags,
    target: 1000,
  },
  { name: 'numeric', rule: 'numeric:asc', filter: stamp, tags: stampTags, target: 150 },
  {
    name: 'numeric, a pattern that searches',
    rule: 'numeric:asc',
    filter: searching,
    tags: stampTags,
    target: 1000,
  },
  { name: 'numeric, a hostile pattern', rule: 'numeric:asc', filter: hostile, tags: stampTags, target: 1000 },
  {
    name: 'alphabetical, the worst pattern that is run',
    rule: 'alphabetical:asc',
    filter: worst,
    tags: stampTags,
    target: 1000,
  },
  { name: 'alphabetical', rule: 'alphabetical:desc', filter: undefined, tags: stampTags, target: 150 },
  { name: 'newest', rule: 'newest:', filter: main, tags: rareTags, target: 150 },
  { name: 'digest', rule: 'digest:main-0', filter: undefined, tags: rareTags, target: 150 },
];
