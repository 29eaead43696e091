import { parseDigest } from '../image/digest.ts';
import { compareLink } from './compare-link.ts';
import type { Intent, ReleaseRecord } from './model.ts';
import { isRevision, sourceAddress } from './labels.ts';
import { renderRecord } from './record.ts';
import { renderTemplate, type TemplateValues } from './template.ts';
import { oneLine, shorten, withoutRecords } from './text.ts';

/** One field that a commit moves, with what its message tells of it. */
export interface MessageRelease {
  readonly record: ReleaseRecord;
  /** Path of the file, and the line of the field in it before the edit. */
  readonly file: string;
  readonly line: number;
  /** Where the image's code lives, as `sourceOf` gives it. */
  readonly source?: string | undefined;
  /** The revision of the version that is left. */
  readonly fromRevision?: string | undefined;
}

export interface ReleaseMessage {
  /** Name of the policy, or of the group. */
  readonly title: string;
  readonly releases: readonly MessageRelease[];
  /** Lines for people behind the changes, such as a person's reason. Default none. */
  readonly remarks?: readonly string[] | undefined;
}

/**
 * The default commit message of product.md 6.1: a subject of 72 characters at most, one paragraph per image, then the
 * records. Ends with a line break. A template takes the place of subject and paragraphs, never of the records.
 */
export function renderMessage(message: ReleaseMessage, template?: string): string {
  const moves = groupMoves(message.releases);
  const changes = moves.flatMap(describe).join('\n');
  const text =
    template === undefined
      ? `${subject(message, moves)}\n\n${changes}`
      : renderTemplate(template, valuesOf(message, subject(message, moves), changes));
  const remarks = (message.remarks ?? []).map((line) => oneLine(line));
  const whole = [text.trimEnd(), ...(remarks.length > 0 ? ['', ...remarks] : [])].join('\n');
  return withRecords(whole, message.releases.map(withSource));
}

/** The record, with what `history` makes its links of. */
function withSource({ record, source, fromRevision }: MessageRelease): ReleaseRecord {
  const address = source === undefined ? undefined : sourceAddress(source);
  return {
    ...record,
    ...(fromRevision !== undefined && isRevision(fromRevision) ? { fromRevision } : {}),
    ...(address === undefined ? {} : { source: address }),
  };
}

/** Puts the records after a text; nothing in the text itself can be read as one. */
export function withRecords(text: string, records: readonly ReleaseRecord[]): string {
  const body = withoutRecords(text).trimEnd();
  return [...(body === '' ? [] : [body, '']), ...records.map(renderRecord), ''].join('\n');
}

function valuesOf(message: ReleaseMessage, line: string, changes: string): TemplateValues {
  const records = message.releases.map((release) => release.record);
  return {
    subject: line,
    changes: changes.trimEnd(),
    title: oneLine(message.title, 48),
    policies: distinct(records.map(({ policy }) => policy)),
    environments: distinct(records.map(({ env }) => env)),
  };
}

function distinct(values: readonly string[]): string {
  return [...new Set(values)].map((value) => oneLine(value, 128)).join(', ');
}

/** Fields that make the same step of the same image. */
interface Move {
  readonly image: string;
  readonly from: string;
  readonly to: string;
  readonly releases: MessageRelease[];
}

const longestSubject = 72;

function groupMoves(releases: readonly MessageRelease[]): Move[] {
  const moves = new Map<string, Move>();
  for (const release of releases) {
    const { image, from, to } = step(release.record);
    const key = JSON.stringify([image, from, to]);
    const move = moves.get(key) ?? { image, from, to, releases: [] };
    move.releases.push(release);
    moves.set(key, move);
  }
  return [...moves.values()];
}

/** What a release changes, for people: tags, and digests where the tags do not tell the two apart. One safe line each. */
export function step(record: Pick<ReleaseRecord, 'image' | 'from' | 'fromDigest' | 'to' | 'digest'>): {
  image: string;
  from: string;
  to: string;
} {
  const image = oneLine(record.image, 256);
  const from = oneLine(record.from, 128);
  const to = oneLine(record.to, 128);
  const sameTag = from === to;
  return {
    image,
    from: sameTag ? join(from, shortDigest(record.fromDigest)) : from || shown(record.fromDigest),
    to: sameTag ? join(to, shortDigest(record.digest)) : to || shown(record.digest),
  };
}

function join(tag: string, digest: string): string {
  if (tag === '') return digest || 'nothing';
  return digest === '' ? tag : `${tag}@${digest}`;
}

/** Of a value without a tag. */
function shown(digest: string): string {
  return shortDigest(digest) || 'nothing';
}

/** Enough of a digest to tell two apart in a subject; the record has all of it. */
function shortDigest(text: string): string {
  return parseDigest(text)?.replace(/^(\w+:[0-9a-f]{12}).*$/, '$1') ?? '';
}

function subject(message: ReleaseMessage, moves: readonly Move[]): string {
  const start = `${verb(message.releases)}(${oneLine(message.title, 48)}): `;
  const [only] = moves;
  if (moves.length !== 1 || only === undefined) return shorten(start + summary(moves), longestSubject);
  const full = start + arrow(only);
  return Array.from(full).length <= longestSubject ? full : shorten(start + only.to, longestSubject);
}

/** A hold moves nothing: then the one value is enough. */
function arrow(move: Move): string {
  return move.from === move.to ? move.to : `${move.from} -> ${move.to}`;
}

function summary(moves: readonly Move[]): string {
  const images = new Set(moves.map((move) => move.image));
  const versions = new Set(moves.map((move) => move.to));
  const [version = ''] = versions;
  if (images.size > 1) return `${images.size} images${versions.size === 1 ? ` -> ${version}` : ''}`;
  return versions.size === 1 ? version : `${versions.size} versions`;
}

const verbs: Readonly<Record<Intent, string>> = {
  update: 'release',
  release: 'release',
  promote: 'promote',
  rollback: 'rollback',
  hold: 'hold',
  lift: 'lift',
};

function verb(releases: readonly MessageRelease[]): string {
  const distinct = new Set(releases.map((release) => verbs[release.record.intent]));
  const [only] = distinct;
  return distinct.size === 1 && only !== undefined ? only : 'release';
}

function describe(move: Move): string[] {
  const places = move.releases.map((release) => `  ${oneLine(release.file)}:${release.line}`);
  const links = new Set(move.releases.map(linkOf).filter((link) => link !== undefined));
  return [`${move.image} ${arrow(move)}`, ...new Set(places), ...[...links].map((link) => `  ${link}`), ''];
}

function linkOf({ source, fromRevision, record }: MessageRelease): string | undefined {
  return compareLink(source, fromRevision, record.revision);
}
