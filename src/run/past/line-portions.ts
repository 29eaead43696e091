import type { Snapshot } from '../../git/repository.ts';
import type { BranchLog } from './branch-log.ts';

/** More and more of a branch's line, its folders ready to be read: most that is looked for lies near the head. @param first how many commits at first */
export async function* linePortions(
  snapshot: Snapshot,
  { line }: Pick<BranchLog, 'line'>,
  first: number,
): AsyncGenerator<BranchLog['line']> {
  for (let size = first; ; size *= 8) {
    const portion = line.slice(0, size);
    await snapshot.prepare(portion.map(({ id }) => id));
    yield portion;
    if (portion.length === line.length) return;
  }
}
