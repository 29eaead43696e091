/** One challenge of a `www-authenticate` header. Names are lower-case; a repeated parameter counts once, the first. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const schemePattern = new RegExp(`(${token})`, 'y');
const parameterPattern = new RegExp(`(${token})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s,"]*))`, 'y');
const token68Pattern = /[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/y;
const gapPattern = /[ \t,]*/y;
const spacePattern = /[ \t]+/y;
const longest = 16_384;

/**
 * Reads `www-authenticate` (RFC 9110, 11.6.1): several challenges in one header, quoted strings, `token68`. Linear time.
 * What cannot be read ends the reading: the challenges before it count.
 */
export function parseChallenges(header: string): Challenge[] {
  const text = header.slice(0, longest);
  const challenges: Challenge[] = [];
  let at = skip(gapPattern, text, 0);
  while (at < text.length) {
    const scheme = match(schemePattern, text, at);
    if (scheme === undefined) break;
    at = scheme.end;
    const parameters = new Map<string, string>();
    challenges.push({ scheme: scheme.groups[0]?.toLowerCase() ?? '', parameters });
    const gap = skip(spacePattern, text, at);
    if (gap > at) at = readParameters(text, gap, parameters);
    const next = skip(gapPattern, text, at);
    if (next === at) break;
    at = next;
  }
  return challenges;
}

/** From the first parameter of a challenge to the end of its last one; a lone `token68` stands for all parameters. */
function readParameters(text: string, start: number, parameters: Map<string, string>): number {
  const blob = match(token68Pattern, text, start);
  if (blob !== undefined) return blob.end;
  let end = start;
  for (let at = start; ;) {
    const parameter = match(parameterPattern, text, at);
    // Not a parameter: the next challenge.
    if (parameter === undefined) return end;
    const [name = '', quoted, plain] = parameter.groups;
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '');
    end = parameter.end;
    at = skip(gapPattern, text, end);
    if (at === end) return end;
  }
}

function match(pattern: RegExp, text: string, at: number) {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  return found === null ? undefined : { groups: found.slice(1), end: pattern.lastIndex };
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
