import { takeFlow } from './scan-flow.ts';
import { code, endLine, isBreak, isGap, nameEnd, skipSpaces, startsPlain } from './scan-line.ts';
import { takeBlockScalar, takePlain, takePlainLines, takeQuoted } from './scan-scalar.ts';
import type { ScanState } from './scan-state.ts';

/** A colon further than this from the start of its key is an error (YAML 1.2, 7.4.2); we are unsure a little earlier. */
const longestKey = 1000;

/** Takes the line whose first character is at `at`, in column `column`, and the further lines of its value. */
export function takeLine(s: ScanState, at: number, column: number): boolean {
  const dash = isDash(s, at);
  if (s.pending) {
    const { indent } = s;
    if (column > indent || (column === indent && dash && !s.inSequence)) {
      return takeNode(s, at, column, indent, true);
    }
    s.settle();
  }
  while (s.indent > column) s.close();
  if (s.depth === 0) return s.root === -1 && takeNode(s, at, column, -1, true);
  if (s.indent !== column) return false;
  if (dash) return s.inSequence && takeSequenceItem(s, at, column);
  if (s.inSequence) {
    // A sequence in the same column as the keys of the map that it is in: the map goes on.
    s.close();
    if (s.indent !== column) return false;
  }
  return takeEntry(s, at, column);
}

/**
 * Takes a node that may be a block collection. `fresh`: it is the first on its line.
 * @param parent column of the collection that it is in, -1 at the root
 */
function takeNode(s: ScanState, at: number, column: number, parent: number, fresh: boolean): boolean {
  if (isDash(s, at)) return s.open('seq', 'block', at, column) && takeSequenceItem(s, at, column);
  const char = s.text.charCodeAt(at);
  const quoted = char === code.double || char === code.single;
  if (!quoted && !startsPlain(char, s.text.charCodeAt(at + 1))) {
    const onlyInline =
      char === code.ampersand || char === code.exclamation || char === code.bar || char === code.greater;
    return !(fresh && onlyInline) && takeValue(s, at, parent);
  }
  const colon = takeKey(s, at, parent, quoted);
  if (colon === -1) return quoted ? finishQuoted(s, at) : finishPlain(s, at, parent);
  if (colon === -2) return false;
  const keyEnd = s.tokenEnd;
  return s.open('map', 'block', at, column) && takeEntryValue(s, at, keyEnd, colon, column);
}

/** Takes `- ` and what follows it. */
function takeSequenceItem(s: ScanState, dash: number, column: number): boolean {
  const at = skipSpaces(s.text, dash + 1);
  s.keyStart = -1;
  s.keyEnd = -1;
  if (endsHere(s, at)) {
    s.await(dash + 1);
    return endLine(s, dash + 1);
  }
  return takeNode(s, at, column + at - dash, column, false);
}

/** Takes a further entry of the innermost map, which is in `column`. */
function takeEntry(s: ScanState, at: number, column: number): boolean {
  const char = s.text.charCodeAt(at);
  const quoted = char === code.double || char === code.single;
  if (!quoted && !startsPlain(char, s.text.charCodeAt(at + 1))) return false;
  const colon = takeKey(s, at, column, quoted);
  return colon >= 0 && takeEntryValue(s, at, s.tokenEnd, colon, column);
}

/**
 * Reads a key; `tokenEnd` is its end.
 * @returns the place of its colon; -1 where it is no key but a value (then as `takePlain` and `takeQuoted` leave it),
 * -2 where we are unsure
 */
function takeKey(s: ScanState, at: number, parent: number, quoted: boolean): number {
  if (quoted) {
    if (!takeQuoted(s, at, parent)) return -2;
    const colon = skipSpaces(s.text, s.tokenEnd);
    if (s.text.charCodeAt(colon) !== code.colon) return -1;
    if (!isGap(s.text.charCodeAt(colon + 1)) || colon - at > longestKey) return -2;
    return s.text.slice(at, colon).includes('\n') ? -2 : colon;
  }
  switch (takePlain(s, at)) {
    case 'colon':
      return s.tokenNext - at > longestKey ? -2 : s.tokenNext;
    case 'unsure':
      return -2;
    case 'line':
    case 'comment':
      return -1;
  }
}

function takeEntryValue(
  s: ScanState,
  keyStart: number,
  keyEnd: number,
  colon: number,
  column: number,
): boolean {
  if (!s.addKey(keyStart, keyEnd)) return false;
  const at = skipSpaces(s.text, colon + 1);
  if (endsHere(s, at)) {
    s.await(colon + 1);
    return endLine(s, colon + 1);
  }
  return takeValue(s, at, column);
}

/** Takes a value that is no block collection, with its anchor and tag, to the end of its last line. */
function takeValue(s: ScanState, start: number, parent: number): boolean {
  const at = takeProperties(s, start);
  if (at === -1) return false;
  if (at !== start && endsHere(s, at)) {
    const end = trimSpaces(s.text, at);
    s.await(end);
    // A tag on a collection or on nothing is for the parser to judge.
    return s.tag === undefined && endLine(s, end);
  }
  const char = s.text.charCodeAt(at);
  switch (char) {
    case code.double:
    case code.single:
      return takeQuoted(s, at, parent) && finishQuoted(s, at);
    case code.openSquare:
    case code.openCurly:
      return s.tag === undefined && takeFlow(s, at, parent) && endLine(s, s.tokenNext);
    case code.bar:
    case code.greater:
      if (!takeBlockScalar(s, at, parent)) return false;
      s.add('scalar', char === code.bar ? 'literal' : 'folded', at, s.tokenEnd);
      return true;
    case code.asterisk:
      return at === start && takeAlias(s, at);
    default:
      if (!startsPlain(char, s.text.charCodeAt(at + 1))) return false;
      return isPlainValue(s, at) && finishPlain(s, at, parent);
  }
}

function isPlainValue(s: ScanState, at: number): boolean {
  const stop = takePlain(s, at);
  return stop === 'line' || stop === 'comment';
}

/** Takes an anchor and a tag, in any order; gives the place of what follows them, or -1. */
function takeProperties(s: ScanState, start: number): number {
  let at = start;
  for (;;) {
    const char = s.text.charCodeAt(at);
    let end: number;
    if (char === code.ampersand && s.anchor === undefined) {
      end = nameEnd(s.text, at);
      if (end !== -1) s.addAnchor(s.text.slice(at + 1, end));
    } else if (char === code.exclamation && s.tag === undefined) {
      end = s.text.startsWith('!!str', at) ? at + 5 : nameEnd(s.text, at);
      if (end !== -1) s.tag = s.text.slice(at, end);
    } else {
      return at;
    }
    if (end === -1 || !isGap(s.text.charCodeAt(end))) return -1;
    at = skipSpaces(s.text, end);
  }
}

function takeAlias(s: ScanState, at: number): boolean {
  const end = nameEnd(s.text, at);
  if (end === -1) return false;
  const name = s.text.slice(at + 1, end);
  if (!s.hasAnchor(name)) return false;
  s.add('alias', 'none', at, end).anchor = name;
  return endLine(s, end);
}

function finishQuoted(s: ScanState, at: number): boolean {
  const style = s.text.charCodeAt(at) === code.double ? 'double' : 'single';
  s.add('scalar', style, at, s.tokenEnd);
  return endLine(s, s.tokenEnd);
}

/** Ends a plain scalar of which `takePlain` read the first line. At the root it has only that one. */
function finishPlain(s: ScanState, at: number, parent: number): boolean {
  // The parser then takes less indented lines for part of the text.
  if (s.shallowComment) return false;
  if (isBreak(s.text.charCodeAt(s.tokenNext)) && parent !== -1) {
    if (!takePlainLines(s, parent)) return false;
  } else if (!endLine(s, s.tokenEnd)) {
    return false;
  }
  s.add('scalar', 'plain', at, s.tokenEnd);
  return true;
}

/** Whether nothing but a comment is left on the line. */
function endsHere(s: ScanState, at: number): boolean {
  const char = s.text.charCodeAt(at);
  return isBreak(char) || char === code.hash;
}

function isDash(s: ScanState, at: number): boolean {
  return s.text.charCodeAt(at) === code.dash && isGap(s.text.charCodeAt(at + 1));
}

function trimSpaces(text: string, end: number): number {
  let at = end;
  while (text.charCodeAt(at - 1) === code.space) at--;
  return at;
}
