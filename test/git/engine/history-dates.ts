import { expect, it } from 'vitest';
import type { ConfigRepository } from '../../../src/git/repository.ts';
import { git } from '../git.ts';
import { start, type Stage } from './remote-stage.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** The horizon: what is older is not asked for. */
const since = start + 100 * day;
/** Long before it: of a clock that was wrong. */
const odd = start + day;

/** A server, and a clone kept of it; `asked` counts the requests so far. */
type Serve = (
  use: (on: Stage, repository: ConfigRepository, asked: () => number) => Promise<void>,
) => Promise<void>;

/** What holds of the log of a branch whose dates are wrong, whatever server it is fetched from. */
export function tellsHistoriesOfWrongDates(serve: Serve, requests: { readonly dated: boolean }): void {
  it.each<[label: string, young: number, wrong: number, above: number]>([
    ['below some', 600, 30, 5],
    ['at the tip', 600, 30, 0],
    ['below one', 3, 1, 1],
  ])('is whole: %s', async (_, young, wrong, above) => {
    await serve(async (on, repository) => {
      line(on, 600, odd - 600 * hour);
      const behind = line(on, young, since);
      const hiding = repeat(on, wrong, odd);
      const newest = line(on, above, since + 30 * day);
      const log = await history(repository);
      expect(log).toEqual([...behind, ...hiding, ...newest].toReversed());
      expect(await history(repository, start - 30 * day)).toEqual(
        git(on.server, 'rev-list', 'main').split('\n'),
      );
      const [later = ''] = repeat(on, 1, odd);
      expect(await history(repository)).toEqual([later, ...log]);
    });
  });

  it('is whole behind a merge of two branches that were both wrong', async () => {
    await serve(async (on, repository) => {
      const behind = line(on, 400, since);
      const hiding = repeat(on, 3, odd);
      const side = on.emptyLine('side', behind.at(-1) ?? '', [odd + hour, odd, since + 20 * day]);
      const merge = on.push('merged.yaml', 'x: 1\n', [on.head(), side.at(-1) ?? '']);
      const all = git(on.server, 'rev-list', `^${on.first}`, 'main').split('\n');
      expect(all).toHaveLength(behind.length + hiding.length + side.length + 1);
      expect(all[0]).toBe(merge);
      expect((await history(repository, start + 2 * day)).toSorted()).toEqual(all.toSorted());
    });
  });

  it('ends with so many in a row that nobody looks behind them', async () => {
    await serve(async (on, repository) => {
      line(on, 3, since);
      repeat(on, 300, odd);
      const newest = line(on, 5, since + 30 * day);
      expect(await history(repository)).toEqual(newest.toReversed());
    });
  });

  it('is empty where nothing is younger than the horizon', async () => {
    await serve(async (on, repository) => {
      line(on, 300, odd);
      expect(await history(repository)).toEqual([]);
      line(on, 1, odd);
      expect(await history(repository)).toEqual([]);
    });
  });

  it('takes one more request where the server cut it at a date, and none later', async () => {
    await serve(async (on, repository, asked) => {
      line(on, 600, odd);
      const young = line(on, 10, since);
      const snapshot = await repository.sync();
      const before = asked();
      expect((await snapshot.history(since)).length).toBe(young.length);
      expect(asked() - before).toBe(requests.dated ? 2 : 1);
      line(on, 1, since + day);
      const next = await repository.sync();
      const after = asked();
      expect((await next.history(since)).length).toBe(young.length + 1);
      expect(asked() - after).toBeLessThanOrEqual(1);
    });
  });
}

async function history(repository: ConfigRepository, from = since): Promise<readonly string[]> {
  const snapshot = await repository.sync();
  return (await snapshot.history(from)).map(({ id }) => id);
}

/** So many commits upon the branch, an hour after each other from `from` on. @returns oldest first */
function line(on: Stage, count: number, from: number): readonly string[] {
  return onto(
    on,
    Array.from({ length: count }, (_, n) => from + n * hour),
  );
}

function repeat(on: Stage, count: number, at: number): readonly string[] {
  return onto(on, Array<number>(count).fill(at));
}

function onto(on: Stage, dates: readonly number[]): readonly string[] {
  return dates.length === 0 ? [] : on.emptyLine('main', on.head(), dates);
}
