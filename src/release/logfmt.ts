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
  const pair = new RegExp(pairPattern);
  let at = 0;
  while (at < line.length) {
    pair.lastIndex = at;
    const match = pair.exec(line);
    if (match === null) return undefined;
    const [whole, key = '', quoted, bare = ''] = match;
    const value = quoted === undefined ? bare : unquote(quoted);
    if (value === undefined || pairs.has(key)) return undefined;
    pairs.set(key, value);
    at += whole.length;
  }
  return pairs;
}

const barePattern = /^[!#-<>-[\]-~]*$/;
const pairPattern = /([a-z][a-z0-9-]*)=(?:("(?:[^"\\]|\\.)*")|([!#-<>-[\]-~]*))(?:[ \t]+|$)/y;

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
