import { createTwoFilesPatch, formatPatch } from 'diff';
import type { FileText } from './edit-files.ts';
import { longDiff } from './long-diff.ts';

/** As `git diff` writes it, three lines of context; in linear time above a thousand changed lines. */
export function unifiedDiff(file: string, { before, after }: FileText): string {
  const [from, to] = [`a/${file}`, `b/${file}`];
  const patch =
    createTwoFilesPatch(from, to, before, after, undefined, undefined, {
      context: 3,
      maxEditLength: mostChanges,
    }) ??
    formatPatch({
      oldFileName: from,
      newFileName: to,
      oldHeader: undefined,
      newHeader: undefined,
      hunks: longDiff(before, after),
    });
  // The package begins with a line of its own that git's readers do not need.
  const diff = patch.replace(/^=+\n/, '');
  // As git does it: `patch` would else end the name at a blank.
  return file.includes(' ') ? diff.replace(`--- ${from}\n+++ ${to}\n`, `--- ${from}\t\n+++ ${to}\t\n`) : diff;
}

/** Lines taken out and put in up to which the shortest diff is looked for, which costs their square. */
const mostChanges = 1000;
