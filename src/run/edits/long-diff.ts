import { append } from '../../core/append.ts';
import type { StructuredPatchHunk } from 'diff';

/** Lines shown around a change. */
const context = 3;

/** How many lines further two texts are looked through for where they agree again. */
const window = 16;

/** Lines that differ: `[from, to)` of the old text, and of the new one. */
interface Change {
  readonly old: readonly [from: number, to: number];
  readonly now: readonly [from: number, to: number];
}

/**
 * The hunks of a unified diff, in linear time: for texts with more changes than the shortest diff can be found for. Correct for any two texts, and as short as
 * can be where changes are a few lines each, as edits of image fields are.
 */
export function longDiff(before: string, after: string): StructuredPatchHunk[] {
  const old = linesOf(before);
  const now = linesOf(after);
  const hunks: StructuredPatchHunk[] = [];
  let group: Change[] = [];
  for (const change of changesOf(old, now)) {
    const last = group.at(-1);
    if (last !== undefined && change.old[0] - last.old[1] > 2 * context) {
      hunks.push(hunkOf(group, old, now));
      group = [];
    }
    group.push(change);
  }
  return group.length === 0 ? hunks : [...hunks, hunkOf(group, old, now)];
}

/** With their line breaks. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function* changesOf(old: readonly string[], now: readonly string[]): Generator<Change> {
  let at = 0;
  let to = 0;
  while (at < old.length || to < now.length) {
    if (at < old.length && old[at] === now[to]) {
      at++;
      to++;
      continue;
    }
    const [from, start] = [at, to];
    do {
      const [skipped, added] = nextAgreement(old, now, at, to);
      at += skipped;
      to += added;
    } while ((at < old.length || to < now.length) && old[at] !== now[to]);
    yield { old: [from, at], now: [start, to] };
  }
}

/** By how many lines both must go on until they agree, the least first; where they do not within the window, by as much as is left of it. */
function nextAgreement(
  old: readonly string[],
  now: readonly string[],
  at: number,
  to: number,
): readonly [number, number] {
  const [leftOld, leftNow] = [old.length - at, now.length - to];
  for (let sum = 1; sum <= window; sum++) {
    for (let skipped = Math.min(sum, leftOld); skipped >= Math.max(0, sum - leftNow); skipped--) {
      const line = old[at + skipped];
      if (line === now[to + sum - skipped] && line?.trim() !== '') {
        return [skipped, sum - skipped];
      }
    }
  }
  return [Math.min(window, leftOld), Math.min(window, leftNow)];
}

function hunkOf(
  changes: readonly Change[],
  old: readonly string[],
  now: readonly string[],
): StructuredPatchHunk {
  const [first, last] = [changes[0], changes.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError('a hunk has at least one change');
  const lead = Math.min(context, first.old[0]);
  const trail = Math.min(context, old.length - last.old[1]);
  const lines: string[] = [];
  let at = first.old[0] - lead;
  for (const change of changes) {
    append(lines, marked(' ', old.slice(at, change.old[0])));
    append(lines, marked('-', old.slice(...change.old)));
    append(lines, marked('+', now.slice(...change.now)));
    [, at] = change.old;
  }
  append(lines, marked(' ', old.slice(at, at + trail)));
  return {
    oldStart: first.old[0] - lead + 1,
    oldLines: last.old[1] + trail - first.old[0] + lead,
    newStart: first.now[0] - lead + 1,
    newLines: last.now[1] + trail - first.now[0] + lead,
    lines,
  };
}

function marked(sign: string, lines: readonly string[]): string[] {
  return lines.flatMap((line) =>
    line.endsWith('\n') ? sign + line.slice(0, -1) : [sign + line, '\\ No newline at end of file'],
  );
}
