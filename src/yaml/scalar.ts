import type { Outline, OutlineNode } from './outline.ts';
import { blockScalarText } from './block-scalar.ts';

/**
 * The decoded text of a scalar of any style: folded, unescaped, without quotes; never a type. An empty node gives the
 * empty text. Follows YAML 1.2, chapters 7.3 and 8.1, as the `yaml` package reads it.
 * @throws RangeError where the node is no scalar: a bug of the caller
 */
export function scalarText(outline: Outline, index: number): string {
  const node = scalarAt(outline, index);
  switch (node.style) {
    case 'literal':
    case 'folded':
      return blockScalarText(outline, index);
    case 'plain':
    case 'single':
    case 'double':
      return decodeFlowScalar(outline.text.slice(node.start, node.end), node.style);
    case 'none':
    case 'block':
    case 'flow':
      return '';
  }
}

/** Whether a scalar's source stands on more than one line. */
export function isMultiLine(outline: Outline, index: number): boolean {
  const node = scalarAt(outline, index);
  const at = outline.text.indexOf('\n', node.start);
  return at !== -1 && at < node.end;
}

/** Decodes the source of a plain or quoted scalar; quotes included. */
export function decodeFlowScalar(source: string, style: 'plain' | 'single' | 'double'): string {
  if (style === 'plain') return source.includes('\n') ? fold(source) : source;
  const inner = source.slice(1, -1);
  if (style === 'single') {
    const folded = inner.includes('\n') ? fold(inner) : inner;
    return folded.replaceAll("''", "'");
  }
  if (!inner.includes('\\')) return inner.includes('\n') ? fold(inner) : inner;
  return unescape(inner);
}

function scalarAt(outline: Outline, index: number): OutlineNode {
  const node = outline.nodes[index];
  if (node === undefined || (node.kind !== 'scalar' && node.kind !== 'empty')) {
    throw new RangeError(`node ${index} is ${node?.kind ?? 'missing'}, not a scalar`);
  }
  return node;
}

/** Line folding: one break is a space, n + 1 breaks are n line feeds; blanks around breaks vanish. */
function fold(source: string): string {
  const lines = source.split(/\r?\n/);
  let result = trimEnd(lines[0] ?? '');
  let breaks = 0;
  for (let at = 1; at < lines.length; at++) {
    breaks++;
    const isLast = at === lines.length - 1;
    const line = isLast ? trimStart(lines[at] ?? '') : trimEnd(trimStart(lines[at] ?? ''));
    if (line === '' && !isLast) continue;
    result += (breaks === 1 ? ' ' : '\n'.repeat(breaks - 1)) + line;
    breaks = 0;
  }
  return result;
}

/** Double-quoted text with escapes: an escaped blank is content, so this cannot fold first. */
function unescape(inner: string): string {
  let result = '';
  let at = 0;
  for (const match of inner.matchAll(/[\\\n]/g)) {
    // The text of an escape or of folded blanks that was taken already.
    if (match.index < at) continue;
    const run = inner.slice(at, match.index);
    if (match[0] === '\\') {
      const [value, length] = escapeAt(inner, match.index);
      result += run + value;
      at = match.index + length;
    } else {
      const [value, length] = breaksAt(inner, match.index);
      result += trimEnd(run.endsWith('\r') ? run.slice(0, -1) : run) + value;
      at = match.index + length;
    }
  }
  return result + inner.slice(at);
}

/** Folded value and source length of a run of line breaks, the blanks between and after them included. */
function breaksAt(inner: string, start: number): [string, number] {
  let at = start;
  let count = 0;
  while (at < inner.length && (isBlank(inner[at]) || inner[at] === '\n' || inner.startsWith('\r\n', at))) {
    if (inner[at] === '\n') count++;
    at++;
  }
  return [count === 1 ? ' ' : '\n'.repeat(count - 1), at - start];
}

function escapeAt(inner: string, at: number): [string, number] {
  const char = inner[at + 1] ?? '';
  const simple = simpleEscapes.get(char);
  if (simple !== undefined) return [simple, 2];
  if (char === '\n' || char === '\r') {
    let end = at + (char === '\r' ? 3 : 2);
    while (isBlank(inner[end])) end++;
    return ['', end - at];
  }
  const digits = char === 'x' ? 2 : char === 'u' ? 4 : 8;
  const code = Number.parseInt(inner.slice(at + 2, at + 2 + digits), 16);
  return [String.fromCodePoint(code), 2 + digits];
}

function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t';
}

function trimStart(line: string): string {
  let at = 0;
  while (isBlank(line[at])) at++;
  return line.slice(at);
}

function trimEnd(line: string): string {
  let end = line.length;
  while (end > 0 && isBlank(line[end - 1])) end--;
  return line.slice(0, end);
}

const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['e', '\u001b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['N', '\u0085'],
  ['_', '\u00a0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
  [' ', ' '],
  ['"', '"'],
  ['/', '/'],
  ['\\', '\\'],
  ['\t', '\t'],
]);
