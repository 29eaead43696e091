import { isPrerelease, parseVersionNumber, type Version } from './version.ts';

type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=' | '~' | '^';

/** Which part of a comparator's version is missing or a wildcard, with all after it. */
type Wildcard = 'none' | 'major' | 'minor' | 'patch';

export interface Comparator {
  readonly operator: Operator;
  readonly version: Version;
  readonly wildcard: Wildcard;
}

const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const part = '(\\d+|[xX*])';
const versionSource = `v?${part}(?:\\.${part})?(?:\\.${part})?(?:-(${identifiers}))?(?:\\+${identifiers})?`;
const blanks = /[\t\n\f\r ]*/y;
const dash = /[\t\n\f\r ]+-[\t\n\f\r ]+/y;
const separator = /[\t\n\f\r ]*,[\t\n\f\r ]*|[\t\n\f\r ]+/y;
const operatorPattern = /=>|=<|>=|<=|!=|~>|[=<>~^]/y;
const versionPattern = new RegExp(versionSource, 'y');

const operators: Readonly<Record<string, Operator>> = {
  '': '=',
  '=': '=',
  '!=': '!=',
  '>': '>',
  '<': '<',
  '>=': '>=',
  '=>': '>=',
  '<=': '<=',
  '=<': '<=',
  '~': '~',
  '~>': '~',
  '^': '^',
};

/** Reads one alternative of a range: comparators that must all hold, separated by a comma or white space. */
export function readComparators(
  text: string,
): { readonly comparators: readonly Comparator[] } | { readonly error: string } {
  const comparators: Comparator[] = [];
  const cursor: Cursor = { text, at: 0 };
  take(cursor, blanks);
  if (cursor.at === text.length) return { error: 'an empty alternative; write * for every version' };
  for (;;) {
    const operator = take(cursor, operatorPattern);
    take(cursor, blanks);
    const operand = readOperand(cursor);
    if (operand === undefined) return unreadable(cursor);
    if (operator === '' && take(cursor, dash) !== '') {
      const upper = readOperand(cursor);
      if (upper === undefined) return unreadable(cursor);
      comparators.push({ operator: '>=', ...operand }, { operator: '<=', ...upper });
    } else {
      comparators.push({ operator: operators[operator] ?? '=', ...operand });
    }
    const gap = take(cursor, separator);
    if (cursor.at === text.length && !gap.includes(',')) return { comparators };
    if (gap === '') return unreadable(cursor);
  }
}

interface Cursor {
  readonly text: string;
  at: number;
}

type Operand = Omit<Comparator, 'operator'>;

/** Parts after a wildcard count as wildcards as well, whatever is written there. */
function readOperand(cursor: Cursor): Operand | undefined {
  versionPattern.lastIndex = cursor.at;
  const match = versionPattern.exec(cursor.text);
  if (match === null) return undefined;
  const [whole, first = '', second = '*', third = '*', prerelease = ''] = match;
  const wildcard: Wildcard = isWild(first)
    ? 'major'
    : isWild(second)
      ? 'minor'
      : isWild(third)
        ? 'patch'
        : 'none';
  const major = wildcard === 'major' ? 0 : parseVersionNumber(first);
  const minor = wildcard === 'major' || wildcard === 'minor' ? 0 : parseVersionNumber(second);
  const patch = wildcard === 'none' ? parseVersionNumber(third) : 0;
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  if (prerelease !== '' && !isPrerelease(prerelease)) return undefined;
  cursor.at += whole.length;
  const version: Version = { major, minor, patch, prerelease };
  return { version, wildcard };
}

function isWild(part: string): boolean {
  return part === 'x' || part === 'X' || part === '*';
}

/** Takes what the (sticky) pattern matches here, or nothing. */
function take(cursor: Cursor, pattern: RegExp): string {
  pattern.lastIndex = cursor.at;
  const text = pattern.exec(cursor.text)?.[0] ?? '';
  cursor.at += text.length;
  return text;
}

function unreadable({ text, at }: Cursor): { readonly error: string } {
  const rest = text.slice(at);
  if (rest.trim() === '') return { error: 'a version is missing at the end of an alternative' };
  const shown = rest.length > 32 ? `${rest.slice(0, 32)}...` : rest;
  return { error: `cannot read "${shown}"; expected comparators such as ~1.4, >=1.2 <2, 1.x or 1.0 - 2.0` };
}
