import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CommitGraph, mostOlderInARow } from '../../../src/git/engine/commit-graph.ts';
import type { CommitId, LoggedCommit } from '../../../src/release/log.ts';
import { git, inFolder } from '../git.ts';
import { makeCommit } from '../make-commit.ts';
import { ann, histories, idOf } from './histories.ts';

/** Commit `n` of a history in one line, made `n` milliseconds after 1970. */
const inLine = (n: number): LoggedCommit => ({
  id: idOf(n),
  parents: n === 0 ? [] : [idOf(n - 1)],
  author: ann,
  authoredAt: n,
  committer: ann,
  committedAt: n,
  message: '',
});

/** What is reached and young, or has something young behind it. */
function youngAndAbove(
  history: readonly LoggedCommit[],
  tip: CommitId,
  since: number,
): ReadonlySet<CommitId> {
  const above = new Set<CommitId>();
  for (const { id, parents, committedAt } of history)
    if (committedAt >= since || parents.some((parent) => above.has(parent))) above.add(id);
  const reached = new Set([tip]);
  for (const { id, parents } of history.toReversed())
    if (reached.has(id)) for (const parent of parents) reached.add(parent);
  return above.intersection(reached);
}

describe('CommitGraph.walk', () => {
  it('shows children before parents, each commit once, and otherwise the newest first', () => {
    fc.assert(
      fc.property(histories, fc.nat(50), (history, since) => {
        const byId = new Map(history.map((commit) => [commit.id, commit]));
        const tip = idOf(history.length - 1);
        const { commits } = new CommitGraph((id) => byId.get(id)).walk(tip, since);
        const place = new Map(commits.map((commit, index) => [commit.id, index]));
        expect(place.size).toBe(commits.length);
        expect(new Set(place.keys())).toEqual(youngAndAbove(history, tip, since));
        for (const [index, commit] of commits.entries()) {
          for (const parent of commit.parents) expect(place.get(parent) ?? Infinity).toBeGreaterThan(index);
          const next = commits[index + 1];
          const free =
            next === undefined || next.committedAt <= commit.committedAt || commit.parents.includes(next.id);
          // A newer commit may follow only where it had to wait for a child.
          expect(free || commits.slice(0, index + 1).some((child) => child.parents.includes(next.id))).toBe(
            true,
          );
        }
      }),
    );
  });

  it('tells the same from a graph that is kept as from a new one, whatever came and went meanwhile', () => {
    const step = fc.record({ here: fc.nat(), gone: fc.option(fc.nat()), tip: fc.nat(), since: fc.nat(50) });
    fc.assert(
      fc.property(histories, fc.array(step, { minLength: 1, maxLength: 6 }), (history, steps) => {
        const kept = new CommitGraph<LoggedCommit>(() => undefined);
        const here = new Map<CommitId, LoggedCommit>();
        const at = (n: number): LoggedCommit | undefined => history[n % history.length];
        for (const { here: most, gone, tip, since } of steps) {
          for (const commit of history.slice(0, 1 + (most % history.length))) {
            here.set(commit.id, commit);
            kept.add(commit);
          }
          const lost = gone === null ? undefined : at(gone);
          if (lost !== undefined) {
            here.delete(lost.id);
            kept.delete(lost.id);
          }
          const from = at(tip)?.id ?? idOf(0);
          expect(kept.walk(from, since)).toEqual(new CommitGraph((id) => here.get(id)).walk(from, since));
        }
      }),
    );
  });

  it('reaches what native git reaches, in its order by date', async () => {
    await inFolder(async (folder) => {
      git(folder, 'init', '-q', '--bare', '.');
      const made: CommitId[] = [];
      const dates = [0, 50, 20, 90, 30, 35, 95, 96, 10, 99];
      const parents = [[], [0], [0], [1], [2], [4], [3, 5], [6], [6], [7, 8]];
      for (const [n, at] of dates.entries()) {
        const of = (parents[n] ?? []).map((parent) => made[parent] ?? '');
        made.push(
          makeCommit(folder, {
            files: { [`f${n}`]: `${n}` },
            message: `c${n}\n`,
            parents: of,
            at: at * 1000,
          }),
        );
      }
      const rows = git(folder, 'rev-list', '--date-order', '--parents', '--timestamp', made[9] ?? '').split(
        '\n',
      );
      const native = new Map<string, LoggedCommit>();
      for (const row of rows) {
        const [at = '', id = '', ...rest] = row.split(' ');
        const logged = {
          id: id as CommitId,
          parents: rest as CommitId[],
          author: ann,
          committer: ann,
          message: '',
        };
        native.set(id, { ...logged, authoredAt: 0, committedAt: Number(at) * 1000 });
      }
      const { commits } = new CommitGraph((id) => native.get(id)).walk(made[9] ?? idOf(0), 0);
      expect(commits.map(({ id }) => id)).toEqual([...native.keys()]);
    });
  });

  it('names the commits whose parents are not there', () => {
    const commit = {
      id: idOf(1),
      parents: [idOf(0)],
      author: ann,
      authoredAt: 5,
      committer: ann,
      committedAt: 5,
      message: '',
    };
    const walk = new CommitGraph((id) => (id === commit.id ? commit : undefined)).walk(idOf(1), 0);
    expect(walk).toEqual({ commits: [commit], incomplete: [commit] });
  });

  it.each([
    { older: mostOlderInARow, found: mostOlderInARow + 2 },
    { older: mostOlderInARow + 1, found: 1 },
  ])('$older older commits in a row: $found are found', ({ older, found }) => {
    // The first and the last are young.
    const at = (n: number): number => (n === 0 || n === older + 1 ? 1000 : 0);
    const lookup = (id: CommitId): LoggedCommit => ({ ...inLine(Number(id)), committedAt: at(Number(id)) });
    expect(new CommitGraph(lookup).walk(idOf(older + 1), 500).commits.length).toBe(found);
  });

  it('walks a history of 100,000 commits without deep calls', () => {
    expect(new CommitGraph((id) => inLine(Number(id))).walk(idOf(99_999), 0).commits.length).toBe(100_000);
  });
});
