import { hasLoneReturn } from './decode.ts';
import type { Outline } from './outline.ts';
import { takeLine } from './scan-block.ts';
import { afterBreak, code, endLine, isGap, skipSpaces, takeComment } from './scan-line.ts';
import { ScanState } from './scan-state.ts';

/**
 * Reads the YAML that it is sure of, in one pass over its lines; `undefined` (Unsure) for everything else, right or
 * wrong. It is a grammar of what is allowed, never a list of exceptions. Law: where it gives an outline, `parse` has no
 * error and gives the same one (architecture.md, idea 1).
 */
export function scan(text: string): Outline | undefined {
  const s = startScan(text);
  return s !== undefined && scanOn(s) ? s.outline : undefined;
}

/** A scan before its first line; `undefined` where no part of the text can be scanned. */
export function startScan(text: string): ScanState | undefined {
  if (hasLoneReturn(text)) return undefined;
  const s = new ScanState(text);
  s.position = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  return s;
}

/** Scans on to the end; false where we are unsure of the document that is being read. */
export function scanOn(s: ScanState): boolean {
  while (s.position < s.text.length) if (!scanLine(s)) return false;
  s.endDocument();
  return !s.full;
}

/** Scans the next line, with the further lines of a scalar or flow collection that begins there; false where we are unsure. */
export function scanLine(s: ScanState): boolean {
  const { text } = s;
  const line = s.position;
  const at = skipSpaces(text, line);
  const char = text.charCodeAt(at);
  if (char === code.newline || char === code.return || Number.isNaN(char)) {
    s.position = afterBreak(text, at);
    return true;
  }
  if (char === code.hash) {
    if (s.pending && at - line <= s.indent) s.shallowComment = true;
    s.position = takeComment(s, at);
    return true;
  }
  if (at === line) {
    if (char === code.dash && isMarker(text, at, '---')) return takeDocumentStart(s, at);
    if (char === code.dot && isMarker(text, at, '...')) return takeDocumentEnd(s, at);
  }
  if (s.afterEnd || s.full) return false;
  s.documentOpen = true;
  return takeLine(s, at, at - line);
}

/** Takes `---` where nothing but a comment follows on its line. */
function takeDocumentStart(s: ScanState, at: number): boolean {
  s.startDocument(at);
  return endLine(s, at + 3);
}

/** Takes `...` where nothing but a comment follows on its line. */
function takeDocumentEnd(s: ScanState, at: number): boolean {
  if (!s.documentOpen) return false;
  s.endDocument();
  s.afterEnd = true;
  return endLine(s, at + 3);
}

function isMarker(text: string, at: number, marker: string): boolean {
  const next = text.charCodeAt(at + 3);
  return text.startsWith(marker, at) && (isGap(next) || next === code.tab);
}
