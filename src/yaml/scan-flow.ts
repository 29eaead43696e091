import { afterBreak, code, isBreak, isFlowIndicator, isGap, nameEnd } from './scan-line.ts';
import { skipSpaces, startsPlain, takeComment } from './scan-line.ts';
import { takeQuoted } from './scan-scalar.ts';
import type { ScanState } from './scan-state.ts';

/**
 * Reads a flow collection that starts at `start`, in a block collection at column `parent` (-1 at the root). Scalars
 * are on one line, every entry has its value, and there are no anchors, tags, `?` or pairs without braces.
 * `tokenNext` is behind the closing bracket.
 */
export function takeFlow(s: ScanState, start: number, parent: number): boolean {
  const { text } = s;
  const base = s.depth;
  if (!openFlow(s, start)) return false;
  let needsComma = false;
  for (let at = start + 1; ;) {
    at = skipToItem(s, at, parent, base);
    if (at === -1 || s.full) return false;
    const char = text.charCodeAt(at);
    if (char === code.closeSquare || char === code.closeCurly) {
      if (s.inSequence !== (char === code.closeSquare)) return false;
      s.close(++at);
      s.tokenNext = at;
      if (s.depth === base) return true;
      needsComma = true;
    } else if (needsComma) {
      if (char !== code.comma) return false;
      at++;
      needsComma = false;
    } else {
      at = takeItem(s, at, parent, base);
      if (at === -1) return false;
      needsComma = !opened(text, at);
    }
  }
}

/** Whether the last item taken was only the opening of a collection: its items come next. */
function opened(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  return before === code.openSquare || before === code.openCurly;
}

/** Takes a scalar or an opening bracket, in maps with its key. Gives the place behind it, or -1. */
function takeItem(s: ScanState, start: number, parent: number, base: number): number {
  let at = start;
  if (s.inSequence) {
    s.keyStart = -1;
    s.keyEnd = -1;
  } else {
    at = takeKey(s, at);
    if (at !== -1) at = skipToItem(s, at, parent, base);
    if (at === -1) return -1;
  }
  const char = s.text.charCodeAt(at);
  switch (char) {
    case code.openSquare:
    case code.openCurly:
      return openFlow(s, at) ? at + 1 : -1;
    case code.double:
    case code.single:
      if (!takeLineQuoted(s, at)) return -1;
      s.add('scalar', char === code.double ? 'double' : 'single', at, s.tokenEnd);
      return s.tokenEnd;
    case code.asterisk:
      return takeAlias(s, at);
    default:
      if (!takeFlowPlain(s, at)) return -1;
      s.add('scalar', 'plain', at, s.tokenEnd);
      return s.tokenEnd;
  }
}

/** Takes a key and its colon. */
function takeKey(s: ScanState, start: number): number {
  const { text } = s;
  const first = text.charCodeAt(start);
  const quoted = first === code.double || first === code.single;
  if (quoted ? !takeLineQuoted(s, start) : !takeFlowPlain(s, start)) return -1;
  const end = s.tokenEnd;
  const colon = skipSpaces(text, end);
  if (text.charCodeAt(colon) !== code.colon) return -1;
  // Only a quoted key may have its value right behind the colon, as in JSON.
  if (!isGap(text.charCodeAt(colon + 1)) && !(quoted && colon === end)) return -1;
  return s.addKey(start, end) ? colon + 1 : -1;
}

function openFlow(s: ScanState, at: number): boolean {
  const isMap = s.text.charCodeAt(at) === code.openCurly;
  return s.open(isMap ? 'map' : 'seq', 'flow', at, s.indent);
}

function takeAlias(s: ScanState, at: number): number {
  const end = nameEnd(s.text, at);
  if (end === -1) return -1;
  const next = s.text.charCodeAt(end);
  if (!isGap(next) && next !== code.comma && next !== code.closeSquare && next !== code.closeCurly) return -1;
  const name = s.text.slice(at + 1, end);
  if (!s.hasAnchor(name)) return -1;
  s.add('alias', 'none', at, end).anchor = name;
  return end;
}

/** A quoted scalar without a line break. */
function takeLineQuoted(s: ScanState, at: number): boolean {
  return takeQuoted(s, at, Number.MAX_SAFE_INTEGER);
}

/** Plain text up to a flow indicator, a colon that ends a key, a comment or the end of the line. */
function takeFlowPlain(s: ScanState, start: number): boolean {
  const { text } = s;
  if (!startsPlain(text.charCodeAt(start), text.charCodeAt(start + 1))) return false;
  let end = start;
  for (let at = start; ; at++) {
    const char = text.charCodeAt(at);
    if (char === code.space) continue;
    if (isBreak(char) || isFlowIndicator(char)) break;
    if (char < code.space) return false;
    if (char === code.colon && (isGap(text.charCodeAt(at + 1)) || isFlowIndicator(text.charCodeAt(at + 1))))
      break;
    if (char === code.hash && text.charCodeAt(at - 1) === code.space) break;
    end = at + 1;
  }
  s.tokenEnd = end;
  return true;
}

/** Skips blanks, breaks and comments; every line with something on it must be indented beyond `parent`. */
function skipToItem(s: ScanState, start: number, parent: number, base: number): number {
  const { text } = s;
  let at = skipSpaces(text, start);
  let line = -1;
  for (;;) {
    const char = text.charCodeAt(at);
    if (char === code.newline || char === code.return) {
      line = afterBreak(text, at);
    } else if (char === code.hash) {
      if (at === start && line === -1) return -1;
      line = takeComment(s, at);
    } else {
      if (line === -1) return Number.isNaN(char) ? -1 : at;
      return isIndented(s, at - line, char, parent, base) ? at : -1;
    }
    at = skipSpaces(text, line);
  }
}

function isIndented(s: ScanState, indent: number, char: number, parent: number, base: number): boolean {
  if (Number.isNaN(char)) return false;
  if (indent > parent) return parent !== -1 || (char !== code.dash && char !== code.dot);
  // The last bracket may stand below the key that it belongs to.
  const isClose = char === code.closeSquare || char === code.closeCurly;
  return isClose && indent === parent && s.depth === base + 1;
}
