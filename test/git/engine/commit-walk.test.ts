import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { walkCommits } from '../../../src/git/engine/commit-walk.ts';
import type { CommitId, LoggedCommit } from '../../../src/release/log.ts';
import { git, inFolder } from '../git.ts';
import { makeCommit } from '../make-commit.ts';

const ann = { name: 'Ann', email: 'ann@example.com' };
const idOf = (n: number): CommitId => String(n).padStart(40, '0') as CommitId;

/** Any history: each commit has some of those before it as parents, and any date. */
const histories = fc
  .array(fc.record({ parents: fc.array(fc.nat(), { maxLength: 3 }), at: fc.nat(50) }), {
    minLength: 1,
    maxLength: 30,
  })
  .map((rows) => {
    const commits = rows.map(({ parents, at }, n): LoggedCommit => {
      const numbers = n === 0 ? [] : parents.map((parent) => parent % n);
      return {
        id: idOf(n),
        parents: numbers.map(idOf),
        author: ann,
        authoredAt: at,
        committer: ann,
        committedAt: at,
        message: '',
      };
    });
    return new Map(commits.map((commit) => [commit.id, commit]));
  });

describe('walkCommits', () => {
  it('shows children before parents, each commit once, and otherwise the newest first', () => {
    fc.assert(
      fc.property(histories, fc.nat(50), (history, since) => {
        const tip = idOf(history.size - 1);
        const { commits } = walkCommits(tip, since, (id) => history.get(id));
        const place = new Map(commits.map((commit, index) => [commit.id, index]));
        expect(place.size).toBe(commits.length);
        for (const [index, commit] of commits.entries()) {
          expect(commit.committedAt).toBeGreaterThanOrEqual(since);
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
      const { commits } = walkCommits(made[9] ?? idOf(0), 0, (id) => native.get(id));
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
    const walk = walkCommits(idOf(1), 0, (id) => (id === commit.id ? commit : undefined));
    expect(walk).toEqual({ commits: [commit], incomplete: [commit] });
  });

  it('walks a history of 100,000 commits without deep calls', () => {
    const at = (n: number): LoggedCommit => ({
      id: idOf(n),
      parents: n === 0 ? [] : [idOf(n - 1)],
      author: ann,
      authoredAt: n,
      committer: ann,
      committedAt: n,
      message: '',
    });
    expect(walkCommits(idOf(99_999), 0, (id) => at(Number(id))).commits.length).toBe(100_000);
  });
});
