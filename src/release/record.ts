import { parseDigest } from '../image/digest.ts';
import { parseTag } from '../image/tag.ts';
import { isRevision, sourceAddress } from './labels.ts';
import { parseLogfmt, renderLogfmt } from './logfmt.ts';
import { intents, type Intent, type ReleaseRecord } from './model.ts';
import { recordKey } from './text.ts';

/** The record as one line, without a line break; `parseRecords` gives the same record back (product.md, 6.1). */
export function renderRecord(record: ReleaseRecord): string {
  const pairs = renderLogfmt([
    ['v', '1'],
    ['branch', record.branch],
    ['env', record.env],
    ['policy', record.policy],
    ['field', record.field],
    ['image', record.image],
    ['from', record.from],
    ['from-digest', record.fromDigest],
    ['to', record.to],
    ['digest', record.digest],
    ['revision', record.revision],
    ...optional('from-revision', record.fromRevision),
    ...optional('source', record.source),
    ...optional('ordered', record.ordered === true ? 'true' : undefined),
    ['intent', record.intent],
  ]);
  return `${recordKey}: ${pairs}`;
}

/** Keys that came later: a record without them reads as it always did. */
function optional(key: string, value: string | undefined): (readonly [string, string])[] {
  return value === undefined || value === '' ? [] : [[key, value]];
}

export interface ParsedRecords {
  readonly records: readonly ReleaseRecord[];
  /** Lines with the record's key that could not be read, or were over the bounds. Other versions are not counted. */
  readonly malformed: number;
}

/**
 * Reads every record of a commit message, wherever it stands: squashes and merges indent lines, put `* ` or `> ` before
 * them, and wrap them at 72 columns. At most 1,000 records (a squash joins several of our commits) and 64 KiB per
 * line; linear in the message's length.
 */
export function parseRecords(message: string): ParsedRecords {
  const records: ReleaseRecord[] = [];
  let malformed = 0;
  if (!message.includes(`${recordKey}:`)) return { records, malformed };
  const lines = message.split(/\r\n?|\n/);
  for (let index = 0; index < lines.length; index++) {
    const text = recordText(lines, index);
    if (text === undefined) continue;
    const outcome = records.length < mostRecords ? readRecord(text) : 'malformed';
    if (outcome === 'malformed') malformed++;
    else if (outcome !== 'other-version') records.push(outcome);
  }
  return { records, malformed };
}

const mostRecords = 1000;
const longestLine = 64 * 1024;
const mostWrappedLines = 24;
const startPattern = new RegExp(`^[\\s>*+|-]{0,32}${recordKey}:[ \\t]*`);
const decoration = /^[\s>*+|-]{0,32}/;

/** The record's pairs if one starts at line `index`, with the lines that a wrapped one goes on in. */
function recordText(lines: readonly string[], index: number): string | undefined {
  const first = lines[index] ?? '';
  const start = startPattern.exec(first.slice(0, longestLine));
  if (start === null) return undefined;
  if (first.length > longestLine) return '';
  let text = first.slice(start[0].length).trimEnd();
  for (let more = 1; more <= mostWrappedLines && !endPattern.test(text); more++) {
    const next = lines[index + more];
    if (next === undefined || next.length > longestLine || next.trim() === '' || startPattern.test(next))
      break;
    text += ` ${next.replace(decoration, '').trimEnd()}`;
  }
  return text;
}

/** The renderer writes `intent` last, so that a record that was wrapped shows where it ends. */
const endPattern = /(?:^| )intent=[a-z]+$/;

function readRecord(text: string): ReleaseRecord | 'malformed' | 'other-version' {
  const pairs = parseLogfmt(text);
  if (pairs === undefined) return 'malformed';
  const version = pairs.get('v');
  if (version !== undefined && version !== '1') return 'other-version';
  const value = (key: string): string => pairs.get(key) ?? '';
  const intent = intents.find((known) => known === value('intent'));
  if (version === undefined || intent === undefined) return 'malformed';
  const valid = rules.every(([key, rule]) => rule(value(key)));
  return valid ? recordOf(value, intent) : 'malformed';
}

function recordOf(value: (key: string) => string, intent: Intent): ReleaseRecord {
  const fromRevision = value('from-revision');
  // Only links are made of it, so that a bad one is no reason to leave the record out.
  const source = sourceAddress(value('source'));
  return {
    branch: value('branch'),
    env: value('env'),
    policy: value('policy'),
    field: value('field'),
    image: value('image'),
    from: value('from'),
    fromDigest: value('from-digest'),
    to: value('to'),
    digest: value('digest'),
    revision: value('revision'),
    ...(isRevision(fromRevision) ? { fromRevision } : {}),
    ...(source === undefined ? {} : { source }),
    ...(value('ordered') === 'true' ? { ordered: true as const } : {}),
    intent,
  };
}

/** `from` and `from-digest` are whatever stood in the file; what we wrote ourselves is checked by its own grammar. */
const rules = Object.entries<(value: string) => boolean>({
  branch: isName,
  env: isText,
  policy: isName,
  field: isName,
  image: isText,
  from: isText,
  'from-digest': isText,
  to: (value) => value === '' || parseTag(value) !== undefined,
  digest: (value) => value === '' || parseDigest(value) !== undefined,
  revision: (value) => value === '' || isRevision(value),
});

function isText(value: string): boolean {
  return value.length <= 4096;
}

function isName(value: string): boolean {
  return value !== '' && isText(value);
}
