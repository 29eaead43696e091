/**
 * One line of `key=value` pairs. A value is written bare where it is printable ASCII without blanks, quotes,
 * backslashes and `=`; otherwise as a JSON string in ASCII, so that every text comes back as it went in.
 */
export function renderLogfmt(pairs: readonly (readonly [key: string, value: string])[]): string {
  return pairs.map(([key, value]) => `${key}=${barePattern.test(value) ? value : quote(value)}`).join(' ');
}

/** `undefined` where the line is not of that form, or a key stands twice. Linear in the line's length. */
export function parseLogfmt(line: string): ReadonlyMap<string, string> | undefined {
  const pairs = new Map<string, string>();
  // Letter by letter: logs have records by the ten thousands, with a dozen pairs each.
  for (let at = 0; at < line.length;) {
    const equals = endOf(line, at, inKey);
    const key = line.slice(at, equals);
    if (line[equals] !== '=' || !/^[a-z]/.test(key) || pairs.has(key)) return undefined;
    const from = equals + 1;
    const end = line[from] === '"' ? endOfQuoted(line, from) : endOf(line, from, inBare);
    const value = line[from] === '"' ? unquote(line.slice(from, end)) : line.slice(from, end);
    const next = endOf(line, end, blank);
    if (value === undefined || (next === end && end < line.length)) return undefined;
    pairs.set(key, value);
    at = next;
  }
  return pairs;
}

const barePattern = /^[!#-<>-[\]-~]*$/;

const inKey = 1;
const inBare = 2;
const blank = 4;
/** By code unit, what it may stand in. */
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const letter = String.fromCharCode(code);
  const key = /[a-z0-9-]/.test(letter) ? inKey : 0;
  const bare = barePattern.test(letter) ? inBare : 0;
  return key | bare | (/[ \t]/.test(letter) ? blank : 0);
});

/** Where letters of that kind end. */
function endOf(line: string, from: number, kind: number): number {
  let at = from;
  while (at < line.length && ((kinds[line.charCodeAt(at)] ?? 0) & kind) !== 0) at++;
  return at;
}

/** Behind the quote that ends it, or `from` where none does. */
function endOfQuoted(line: string, from: number): number {
  for (let at = from + 1; at < line.length; at++) {
    if (line[at] === '"') return at + 1;
    if (line[at] === '\\') at++;
  }
  return from;
}

function quote(value: string): string {
  return JSON.stringify(value).replace(/[^ -~]/g, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function unquote(quoted: string): string | undefined {
  try {
    const value: unknown = JSON.parse(quoted);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined; // an escape that JSON does not know
  }
}
