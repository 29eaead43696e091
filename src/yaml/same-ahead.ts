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
 * @param end of the last difference in `before`; from there on the texts must be equal
 * @returns `undefined` where the scans do not come together, or are unsure before they do
 */
export function readToSameState(before: string, after: string, end: number): ReadPart | undefined {
  const old = startScan(before);
  const now = startScan(after);
  if (old === undefined || now === undefined) return undefined;
  const shift = after.length - before.length;
  for (;;) {
    const isAhead = old.position + shift > now.position;
    if (old.position > end && old.isLike(now, shift)) return { old: old.outline, now: now.outline };
    // Only whole lines are the same ahead: at the end of both texts it is for the full comparison to say.
    if (!step(isAhead ? now : old)) return undefined;
  }
}

function step(s: ScanState): boolean {
  return s.position < s.text.length && scanLine(s);
}
