import type { Outline } from './outline.ts';
import type { ScanState } from './scan-state.ts';
import { scanLine, startScan } from './scan.ts';

/** The part of two outlines that had to be read to know that all the rest is equal. */
interface ReadPart {
  readonly old: Outline;
  readonly now: Outline;
}

/**
 * Reads two texts side by side until the scans of both stand in the same state before the same rest. What they take the rest for
 * then is the same, and it need not be read: the scanner goes forward only, and what it takes a line for depends on that line, those below it
 * and its state. So where the scanner was sure of all of `before`, it is sure of `after`, and beyond the part given here their outlines are equal.
 * What comes before the line of the first difference is read once: both outlines then have the very same nodes there.
 * @param start of the first difference: up to there the texts must be equal
 * @param end of the last difference in `before`; from there on the texts must be equal
 * @returns `undefined` where the scans do not come together, or are unsure before they do
 */
export function readToSameState(
  before: string,
  after: string,
  start: number,
  end: number,
): ReadPart | undefined {
  const old = startScan(before);
  const now = startScan(after);
  if (old === undefined || now === undefined) return undefined;
  if (!readToLineOf(old, start)) return undefined;
  return readOn(old, isBetweenTokens(old, start) ? old.fork(after) : now, end);
}

function readOn(old: ScanState, now: ScanState, end: number): ReadPart | undefined {
  const shift = now.text.length - old.text.length;
  for (;;) {
    const isAhead = old.position + shift > now.position;
    if (old.position > end && old.isLike(now, shift)) return { old: old.outline, now: now.outline };
    // Only whole lines are the same ahead: at the end of both texts it is for the full comparison to say.
    if (!step(isAhead ? now : old)) return undefined;
  }
}

/** Reads on to the line of an offset, or past its start where it belongs to something that begins above it. */
function readToLineOf(s: ScanState, offset: number): boolean {
  const line = s.text.lastIndexOf('\n', offset - 1) + 1;
  while (s.position < line) if (!step(s)) return false;
  return true;
}

/**
 * Whether a scan came to the start of a line before the offset, and knows nothing of what stands there: to see that something ended above, it looks no further than
 * to the first character of the next line that is not blank.
 */
function isBetweenTokens({ position, text }: ScanState, offset: number): boolean {
  return position < offset && text.slice(position, offset).trim() !== '';
}

function step(s: ScanState): boolean {
  return s.position < s.text.length && scanLine(s);
}
