import { hasLoneReturn } from './decode.ts';
import type { Outline } from './outline.ts';
import { takeLine } from './scan-block.ts';
import { afterBreak, code, endLine, isGap, skipSpaces, takeComment } from './scan-line.ts';
import { ScanState } from './scan-state.ts';

/** Part of every key under which results read from outlines are cached; raised whenever outlines change. */
export const scannerVersion = 1;

/**
 * Reads the YAML that it is sure of, in one pass over its lines; `undefined` (Unsure) for everything else, right or
 * wrong. It is a grammar of what is allowed, never a list of exceptions. Law: where it gives an outline, `parse` has no
 * error and gives the same one (architecture.md, idea 1).
 */
export function scan(text: string): Outline | undefined {
  if (hasLoneReturn(text)) return undefined;
  const s = new ScanState(text);
  s.position = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (s.position < text.length) if (!takeAnyLine(s)) return undefined;
  s.endDocument();
  const { nodes, documents, comments } = s;
  return { text, nodes, documents, comments };
}

function takeAnyLine(s: ScanState): boolean {
  const { text } = s;
  const line = s.position;
  const at = skipSpaces(text, line);
  const char = text.charCodeAt(at);
  if (char === code.newline || char === code.return || Number.isNaN(char)) {
    s.position = afterBreak(text, at);
    return true;
  }
  if (char === code.hash) {
    s.position = takeComment(s, at);
    return true;
  }
  if (at === line) {
    if (char === code.dash && isMarker(text, at, '---')) return takeDocumentStart(s, at);
    if (char === code.dot && isMarker(text, at, '...')) return false;
  }
  s.documentOpen = true;
  return takeLine(s, at, at - line);
}

/** Takes `---` where nothing but a comment follows on its line. */
function takeDocumentStart(s: ScanState, at: number): boolean {
  s.endDocument();
  s.documentOpen = true;
  return endLine(s, at + 3);
}

function isMarker(text: string, at: number, marker: string): boolean {
  return text.startsWith(marker, at) && isGap(text.charCodeAt(at + 3));
}
