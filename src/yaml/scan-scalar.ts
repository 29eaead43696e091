import { afterBreak, code, isBreak, isGap, skipSpaces, takeComment } from './scan-line.ts';
import { blockScalarEnd } from './node.ts';
import type { ScanState } from './scan-state.ts';

/** What ended a plain scalar's text on its line. */
export type PlainStop = 'line' | 'colon' | 'comment' | 'unsure';

/**
 * Reads plain text in block context up to the end of its line, a comment, or a colon that makes it a key.
 * `tokenEnd` is the end of the text without trailing spaces, `tokenNext` the place of what stopped it.
 */
export function takePlain(s: ScanState, start: number): PlainStop {
  const { text } = s;
  let end = start;
  for (let at = start; ;) {
    const char = text.charCodeAt(at);
    if (char > code.colon) {
      end = ++at;
      continue;
    }
    if (char === code.space) {
      at++;
      continue;
    }
    let stop: PlainStop | undefined;
    if (char === code.colon) stop = afterColon(text.charCodeAt(at + 1));
    else if (char === code.hash) stop = text.charCodeAt(at - 1) === code.space ? 'comment' : undefined;
    else if (isBreak(char)) stop = 'line';
    else if (char < code.space) stop = 'unsure';
    if (stop !== undefined) {
      s.tokenEnd = end;
      s.tokenNext = at;
      return stop;
    }
    end = ++at;
  }
}

/**
 * Takes a plain scalar's further lines, those indented beyond `parent`. Before: `tokenEnd` is the end of its text so
 * far and `tokenNext` the break behind it. After: `position` is the start of the line behind the scalar.
 */
export function takePlainLines(s: ScanState, parent: number): boolean {
  const { text } = s;
  let end = s.tokenEnd;
  let line = afterBreak(text, s.tokenNext);
  s.position = line;
  while (line < text.length) {
    const at = skipSpaces(text, line);
    const char = text.charCodeAt(at);
    if (char === code.newline || char === code.return) {
      line = afterBreak(text, at);
      continue;
    }
    if (char === code.tab) return false;
    if (at - line <= parent || char === code.hash || Number.isNaN(char)) break;
    const stop = takePlain(s, at);
    if (stop === 'colon' || stop === 'unsure') return false;
    end = s.tokenEnd;
    line = stop === 'comment' ? takeComment(s, s.tokenNext) : afterBreak(text, s.tokenNext);
    s.position = line;
    if (stop === 'comment') break;
  }
  s.tokenEnd = end;
  return true;
}

/**
 * Reads a quoted scalar whose further lines, if any, are indented beyond `parent`; `tokenEnd` and `tokenNext` are
 * behind the closing quote. False where we are unsure.
 */
export function takeQuoted(s: ScanState, start: number, parent: number): boolean {
  const { text } = s;
  const quote = text.charCodeAt(start);
  for (let at = start + 1; ;) {
    const char = text.charCodeAt(at);
    if (char === quote) {
      if (quote === code.double || text.charCodeAt(at + 1) !== quote) {
        s.tokenEnd = at + 1;
        s.tokenNext = at + 1;
        return true;
      }
      at += 2;
    } else if (char === code.backslash && quote === code.double) {
      at = afterEscape(text, at);
      if (at === -1) return false;
    } else if (char >= code.space || char === code.return) {
      at++;
    } else if (char === code.newline) {
      at = quotedLine(text, at + 1, parent);
      if (at === -1) return false;
    } else {
      return false;
    }
  }
}

/**
 * Reads a block scalar with its header at `start`, in a collection at column `parent`. `tokenEnd` is the node's end,
 * `position` the start of the line behind it.
 */
export function takeBlockScalar(s: ScanState, start: number, parent: number): boolean {
  const { text } = s;
  let at = start + 1;
  let explicit = 0;
  let chomp = false;
  for (; ; at++) {
    const char = text.charCodeAt(at);
    if ((char === code.dash || char === 0x2b) && !chomp) chomp = true;
    else if (char >= 0x31 && char <= 0x39 && explicit === 0) explicit = char - 0x30;
    else break;
  }
  const headerEnd = at;
  at = skipSpaces(text, at);
  const char = text.charCodeAt(at);
  let line: number;
  if (isBreak(char)) line = afterBreak(text, at);
  else if (char === code.hash && at > headerEnd) line = takeComment(s, at);
  else return false;
  const bodyEnd = blockBody(text, line, parent, explicit);
  if (bodyEnd === -1) return false;
  s.tokenEnd = blockScalarEnd(text, headerEnd, line, bodyEnd);
  s.position = bodyEnd;
  return true;
}

/** End of a block scalar's body: the start of the first line that is neither blank nor indented enough. */
function blockBody(text: string, start: number, parent: number, explicit: number): number {
  let indent = explicit === 0 ? -1 : parent + explicit;
  let blank = 0;
  let line = start;
  while (line < text.length) {
    const at = skipSpaces(text, line);
    const char = text.charCodeAt(at);
    if (isBreak(char)) {
      if (indent === -1 && at - line > blank) blank = at - line;
      line = afterBreak(text, at);
      continue;
    }
    if (indent === -1) {
      if (at - line <= parent) return char === code.tab ? -1 : line;
      indent = at - line;
      // Blank lines before the first one must not be indented beyond it.
      if (blank > indent) return -1;
    }
    if (at - line < indent) return char === code.tab || at - line > parent ? -1 : line;
    const lineBreak = text.indexOf('\n', at);
    line = lineBreak === -1 ? text.length : lineBreak + 1;
  }
  return text.length;
}

function afterColon(next: number): PlainStop | undefined {
  if (isGap(next)) return 'colon';
  return next === code.tab ? 'unsure' : undefined;
}

/**
 * First character of a quoted scalar's next line that is not blank; -1 where it is not indented beyond `parent`, or
 * not at all: `---` there would end the document.
 */
function quotedLine(text: string, start: number, parent: number): number {
  let line = start;
  for (;;) {
    const at = skipSpaces(text, line);
    const char = text.charCodeAt(at);
    if (char === code.newline || char === code.return) {
      line = afterBreak(text, at);
      continue;
    }
    return at > line && at - line > parent && char > code.space ? at : -1;
  }
}

/** Behind the escape at `at`, or -1. An escaped line break is left for the caller to see. */
function afterEscape(text: string, at: number): number {
  const char = text.charCodeAt(at + 1);
  if (char === code.newline || char === code.return) return at + 1;
  if (char === 0x78) return hexDigits(text, at + 2, 2); // x
  if (char === 0x75) return hexDigits(text, at + 2, 4); // u
  // The long form (U) may be beyond Unicode; that is for the parser to say.
  return '0abefnrtvN_LP "/\\'.includes(text.charAt(at + 1)) && at + 1 < text.length ? at + 2 : -1;
}

function hexDigits(text: string, start: number, count: number): number {
  return /^[0-9a-fA-F]+$/.test(text.slice(start, start + count)) && start + count <= text.length
    ? start + count
    : -1;
}
