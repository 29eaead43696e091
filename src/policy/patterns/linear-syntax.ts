import { charSet, complement, foldCase, union, type CharSet } from './char-set.ts';

/** A part of a pattern: characters of a set, so many times, or a group. */
export type Part =
  | { readonly kind: 'set'; readonly set: CharSet; readonly least: number; readonly most: number }
  | {
      readonly kind: 'group';
      readonly captures: boolean;
      readonly optional: boolean;
      readonly branches: readonly Branch[];
    };

export type Branch = readonly Part[];

export interface PlainPattern {
  /** Starts with `^`. */
  readonly fromStart: boolean;
  /** Ends with `$`. */
  readonly toEnd: boolean;
  readonly branches: readonly Branch[];
}

/**
 * Reads the plain part of RE2's syntax: literals, classes, `.`, `\d \w \s`, groups, `|`, greedy quantifiers on single
 * characters, `?` on groups, `^` and `$` around the whole, `(?i)` before it. A whitelist: `undefined` for all else, also
 * for what RE2 would take.
 * @param source a pattern that RE2 has accepted
 */
export function readPlain(source: string): PlainPattern | undefined {
  if (source.length > longest) return undefined;
  const folds = source.startsWith('(?i)');
  const cursor: Cursor = { characters: Array.from(folds ? source.slice(4) : source), at: 0, folds };
  const fromStart = taken(cursor, '^');
  const branches = readBranches(cursor, 0);
  const toEnd = taken(cursor, '$');
  if (branches === undefined || cursor.at < cursor.characters.length) return undefined;
  // In `^a|b$` each anchor would belong to one branch only.
  if ((fromStart || toEnd) && branches.length > 1) return undefined;
  return { fromStart, toEnd, branches };
}

/** Characters: what people write is shorter, and the checks need time that grows with the square of it. */
const longest = 256;

interface Cursor {
  /** By code point. */
  readonly characters: readonly string[];
  at: number;
  readonly folds: boolean;
}

const deepest = 20;

function readBranches(cursor: Cursor, depth: number): readonly Branch[] | undefined {
  if (depth > deepest) return undefined;
  const branches: Branch[] = [];
  do {
    const parts: Part[] = [];
    while (!stops(cursor)) {
      const part = taken(cursor, '(') ? readGroup(cursor, depth) : readSingle(cursor);
      if (part === undefined) return undefined;
      parts.push(part);
    }
    branches.push(parts);
  } while (taken(cursor, '|'));
  return branches;
}

function stops({ characters, at }: Cursor): boolean {
  return at >= characters.length || '|)$'.includes(characters[at] ?? '');
}

const groupStart = /^(?:\?:|\?P?<\w+>)/;

/** After its `(`. */
function readGroup(cursor: Cursor, depth: number): Part | undefined {
  let captures = true;
  if (cursor.characters[cursor.at] === '?') {
    const head = groupStart.exec(cursor.characters.slice(cursor.at, cursor.at + 80).join(''))?.[0];
    if (head === undefined) return undefined;
    captures = head !== '?:';
    cursor.at += head.length;
  }
  const branches = readBranches(cursor, depth + 1);
  if (branches === undefined || !taken(cursor, ')')) return undefined;
  const optional = taken(cursor, '?');
  return '*+?{'.includes(cursor.characters[cursor.at] ?? ' ')
    ? undefined
    : { kind: 'group', captures, optional, branches };
}

function readSingle(cursor: Cursor): Part | undefined {
  const set = readSet(cursor);
  if (set === undefined || set.length === 0) return undefined;
  const times = readTimes(cursor);
  // A second quantifier is `??`, `+?` and such: the first match is then not the longest.
  if (times === undefined || '*+?{'.includes(cursor.characters[cursor.at] ?? ' ')) return undefined;
  return { kind: 'set', set, least: times[0], most: times[1] };
}

const repetition = /^\{(\d{1,4})(?:(,)(\d{1,4})?)?\}/;

function readTimes(cursor: Cursor): readonly [number, number] | undefined {
  if (taken(cursor, '*')) return [0, Infinity];
  if (taken(cursor, '+')) return [1, Infinity];
  if (taken(cursor, '?')) return [0, 1];
  if (cursor.characters[cursor.at] !== '{') return [1, 1];
  const match = repetition.exec(cursor.characters.slice(cursor.at, cursor.at + 12).join(''));
  if (match === null) return undefined;
  const [whole, low = '', comma, high] = match;
  cursor.at += whole.length;
  const least = Number(low);
  const most = high !== undefined ? Number(high) : comma === undefined ? least : Infinity;
  return most === 0 || most < least ? undefined : [least, most];
}

function readSet(cursor: Cursor): CharSet | undefined {
  const character = next(cursor);
  if (character === '.') return complement(newline);
  if (character === '[') return readClass(cursor);
  if (character === '\\') return readEscape(cursor);
  if ('^$|?*+()]{}'.includes(character)) return undefined;
  return folded(cursor, single(character));
}

/** After its `[`. A dash is taken between two characters, or last, or first; nothing else that RE2 knows in brackets. */
function readClass(cursor: Cursor): CharSet | undefined {
  const negated = taken(cursor, '^');
  const sets: CharSet[] = [];
  while (sets.length === 0 || !taken(cursor, ']')) {
    const low = readMember(cursor, sets.length === 0);
    if (low === undefined) return undefined;
    const dash = cursor.characters[cursor.at] === '-' && cursor.characters[cursor.at + 1] !== ']';
    if (!dash) {
      sets.push(low.set);
      continue;
    }
    cursor.at++;
    const high = readMember(cursor, false);
    if (low.code === undefined || high?.code === undefined || low.code > high.code) return undefined;
    const range = folded(cursor, [[low.code, high.code]]);
    if (range === undefined) return undefined;
    sets.push(range);
  }
  return negated ? complement(union(...sets)) : union(...sets);
}

interface Member {
  readonly set: CharSet;
  /** Of one character, before folding. */
  readonly code: number | undefined;
}

function readMember(cursor: Cursor, first: boolean): Member | undefined {
  const character = next(cursor);
  if (character === '' || character === '[' || character === ']') return undefined;
  if (character === '-' && !first && cursor.characters[cursor.at] !== ']') return undefined;
  if (character === '\\') {
    const escaped = cursor.characters[cursor.at] ?? '';
    const set = readEscape(cursor);
    return set && { set, code: punctuation.test(escaped) ? escaped.codePointAt(0) : undefined };
  }
  const set = folded(cursor, single(character));
  return set && { set, code: character.codePointAt(0) };
}

const newline = charSet([10, 10]);
const digits = charSet([48, 57]);
const wordCharacters = charSet([48, 57], [65, 90], [95, 95], [97, 122]);
const blanks = charSet([9, 10], [12, 13], [32, 32]);
const punctuation = /^[!-/:-@[-`{-~]$/;

/** After its backslash: punctuation stands for itself. */
function readEscape(cursor: Cursor): CharSet | undefined {
  const character = next(cursor);
  switch (character) {
    case 'd':
      return digits;
    case 'D':
      return complement(digits);
    case 's':
      return blanks;
    case 'S':
      return complement(blanks);
    case 'w':
      return folded(cursor, wordCharacters);
    case 'W': {
      const set = folded(cursor, wordCharacters);
      return set && complement(set);
    }
    default:
      return punctuation.test(character) ? single(character) : undefined;
  }
}

function folded({ folds }: Cursor, set: CharSet): CharSet | undefined {
  return folds ? foldCase(set) : set;
}

function single(character: string): CharSet {
  const code = character.codePointAt(0) ?? 0;
  return [[code, code]];
}

function next(cursor: Cursor): string {
  return cursor.characters[cursor.at++] ?? '';
}

function taken(cursor: Cursor, character: string): boolean {
  if (cursor.characters[cursor.at] !== character) return false;
  cursor.at++;
  return true;
}
