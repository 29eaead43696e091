import { createTwoFilesPatch } from 'diff';
import type { FileText } from './edit-files.ts';

/** As `git diff` writes it, three lines of context. */
export function unifiedDiff(file: string, { before, after }: FileText): string {
  const patch = createTwoFilesPatch(`a/${file}`, `b/${file}`, before, after, undefined, undefined, {
    context: 3,
  });
  // The package begins with a line of its own that git's readers do not need.
  return patch.replace(/^=+\n/, '');
}
