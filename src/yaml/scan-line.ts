import type { ScanState } from './scan-state.ts';

/** Character codes that the scanner's files share. A code past the end of the text is NaN. */
export const code = {
  tab: 0x09,
  newline: 0x0a,
  return: 0x0d,
  space: 0x20,
  exclamation: 0x21,
  double: 0x22,
  hash: 0x23,
  ampersand: 0x26,
  single: 0x27,
  asterisk: 0x2a,
  comma: 0x2c,
  dash: 0x2d,
  dot: 0x2e,
  colon: 0x3a,
  greater: 0x3e,
  openSquare: 0x5b,
  backslash: 0x5c,
  closeSquare: 0x5d,
  openCurly: 0x7b,
  bar: 0x7c,
  closeCurly: 0x7d,
} as const;

/** Whether a code is a space, a line break or the end of the text. Tabs are not: where they matter we are unsure. */
export function isGap(char: number): boolean {
  return char === code.space || char === code.newline || char === code.return || Number.isNaN(char);
}

/** Whether a code ends a line. */
export function isBreak(char: number): boolean {
  return char === code.newline || char === code.return || Number.isNaN(char);
}

export function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === code.space) at++;
  return at;
}

/** Start of the line after the break at `at`, or the end of the text. */
export function afterBreak(text: string, at: number): number {
  const char = text.charCodeAt(at);
  if (char === code.newline) return at + 1;
  return char === code.return ? at + 2 : at;
}

/** Notes the comment at `at`; gives the start of the next line. */
export function takeComment(s: ScanState, at: number): number {
  const { text } = s;
  const lineBreak = text.indexOf('\n', at);
  const next = lineBreak === -1 ? text.length : lineBreak + 1;
  let end = lineBreak === -1 ? text.length : lineBreak;
  if (text.charCodeAt(end - 1) === code.return) end--;
  s.addComment(at, end);
  return next;
}

/** Takes what may follow a value on its line: spaces, a comment, the break. False where anything else does. */
export function endLine(s: ScanState, from: number): boolean {
  const at = skipSpaces(s.text, from);
  const char = s.text.charCodeAt(at);
  if (isBreak(char)) {
    s.position = afterBreak(s.text, at);
    return true;
  }
  if (char !== code.hash || at === from) return false;
  s.position = takeComment(s, at);
  return true;
}

/** Reads `&name`, `*name` or `!tag` at `at`: the end of the name, or -1 where it is none of the usual ones. */
export function nameEnd(text: string, at: number): number {
  let end = at + 1;
  for (; ; end++) {
    const char = text.charCodeAt(end);
    if (isNameChar(char)) continue;
    return end > at + 1 ? end : -1;
  }
}

/** Whether a plain scalar may start with this character. `next` is the one after it. */
export function startsPlain(char: number, next: number): boolean {
  if ((char >= 0x61 && char <= 0x7a) || (char >= 0x2e && char <= 0x39) || (char >= 0x41 && char <= 0x5a)) {
    return true; // a-z . / 0-9 A-Z
  }
  switch (char) {
    case 0x24: // $
    case 0x28: // (
    case 0x29: // )
    case 0x2b: // +
    case 0x3b: // ;
    case 0x3c: // <
    case 0x3d: // =
    case 0x5c: // \
    case 0x5e: // ^
    case 0x5f: // _
    case 0x7e: // ~
      return true;
    case code.dash:
      return next > 0x20 && !isFlowIndicator(next);
    default:
      return char > 0x9f && char !== 0xfeff;
  }
}

export function isFlowIndicator(char: number): boolean {
  return (
    char === code.comma ||
    char === code.openSquare ||
    char === code.closeSquare ||
    char === code.openCurly ||
    char === code.closeCurly
  );
}

function isNameChar(char: number): boolean {
  return (
    (char >= 0x61 && char <= 0x7a) ||
    (char >= 0x30 && char <= 0x39) ||
    (char >= 0x41 && char <= 0x5a) ||
    char === 0x5f ||
    char === code.dash ||
    char === code.dot
  );
}
