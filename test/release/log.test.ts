import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimsOf } from '../../src/release/claims.ts';
import { parseFieldKey, shapeOf } from '../../src/release/field-key.ts';
import { bringers, LogIndex, mainline } from '../../src/release/first-parent.ts';
import { releaseFilter, serviceName, type HistoryQuery } from '../../src/release/history.ts';
import type { LoggedCommit } from '../../src/release/log.ts';
import { renderRecord } from '../../src/release/record.ts';
import { commit, commitId, record } from './samples.ts';

describe('claimsOf', () => {
  const web = record();
  const api = record({ policy: 'api', field: 'api.yaml#/image' });
  const elsewhere = record({ branch: 'next' });
  const log = [
    commit('c', ['b'], `two\n\n${renderRecord(api)}\n${renderRecord(web)}`, 3),
    commit('b', ['a'], renderRecord(elsewhere), 2),
    commit('a', [], `old\n\n${renderRecord(web)}`, 1),
  ];

  it('gives the records of the branch, newest first', () => {
    const { releases } = claimsOf(log, 'main');
    expect(releases.map(({ commit: { id }, record: { policy } }) => [id, policy])).toEqual([
      [commitId('c'), 'api'],
      [commitId('c'), 'web'],
      [commitId('a'), 'web'],
    ]);
    expect(claimsOf(log, 'next').releases).toHaveLength(1);
  });
});

describe('bringers', () => {
  //   a - b ------- e - h      the branch
  //    \   \       /   /
  //     \   c --- d   /
  //      f -- g -----/        older than b, merged later
  const log = [
    commit('h', ['e', 'g']),
    commit('g', ['f']),
    commit('e', ['b', 'd']),
    commit('d', ['c']),
    commit('c', ['b']),
    commit('f', ['a']),
    commit('b', ['a']),
    commit('a'),
  ];

  it('names the merge that brought each commit', () => {
    const brought = broughtIn(log, mainline(log, commitId('h')));
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    expect(names.map((name) => brought.get(commitId(name)))).toEqual(
      ['a', 'b', 'e', 'e', 'e', 'h', 'h', 'h'].map(commitId),
    );
  });

  it('gives the chain, newest first', () => {
    expect(mainline(log, commitId('h')).map(({ id }) => id)).toEqual(['h', 'e', 'b', 'a'].map(commitId));
  });

  it('stops where the log stops', () => {
    const recent = log.slice(0, 4);
    const line = mainline(recent, commitId('h'));
    expect(line).toHaveLength(2);
    expect(broughtIn(recent, line).get(commitId('g'))).toBe(commitId('h'));
    expect(broughtIn(recent, mainline(recent, commitId('z'))).size).toBe(0);
  });

  it('ends on a log that is no history', () => {
    const circle = [commit('a', ['b']), commit('b', ['a'])];
    const line = mainline(circle, commitId('a'));
    expect(line).toHaveLength(2);
    expect(broughtIn(circle, line).size).toBe(2);
  });

  it('agrees with the plain definition on random histories', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(), fc.boolean()), { maxLength: 25 }), (shape) => {
        const made: LoggedCommit[] = [commit('k0')];
        for (const [first, second, merge] of shape) {
          const parents = [first, ...(merge ? [second] : [])].map((n) => `k${n % made.length}`);
          made.push(commit(`k${made.length}`, [...new Set(parents)]));
        }
        const head = made.at(-1)?.id ?? commitId('k0');
        const log = made.toReversed();
        expect(broughtIn(log, mainline(log, head))).toEqual(slowBringers(log, head));
      }),
    );
  });

  it('is linear: 50,000 commits with merges', () => {
    const size = 50_000;
    const made = Array.from({ length: size }, (_, n) =>
      commit(`${n}`, n === 0 ? [] : n % 3 === 0 && n > 3 ? [`${n - 1}`, `${n - 3}`] : [`${n - 1}`]),
    );
    const log = made.toReversed();
    const start = performance.now();
    expect(broughtIn(log, mainline(log, commitId(`${size - 1}`))).size).toBe(size);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('the mainline', () => {
  //   a - b - r - v        the branch, as it was pushed
  //    \           \
  //     p --------- m      a person's copy, and what came of their pull
  const merges: readonly [label: string, subject: string, branch: string | undefined, pulled: boolean][] = [
    ['git pull', "Merge branch 'main' of https://git.test/acme/fleet", 'main', true],
    ['git pull into a branch', "Merge branch 'main' of git.test:acme/fleet into mine", 'main', true],
    ['git merge origin/main', "Merge remote-tracking branch 'origin/main' into mine", 'main', true],
    ['the branch into a topic', "Merge branch 'main' into topic", 'main', true],
    ['git merge refs/remotes/...', "Merge remote-tracking branch 'refs/remotes/origin/main'", 'main', true],
    ['a branch with a slash', "Merge remote-tracking branch 'origin/release/1'", 'release/1', true],
    ['more lines', "Merge branch 'main'\n\n# Conflicts", 'main', true],
    ['a topic', "Merge branch 'topic'", 'main', false],
    ['a topic of that name in a folder', "Merge branch 'topic/main'", 'main', false],
    ['a pull request', 'Merge pull request #12 from acme/main', 'main', false],
    ['no name', 'Merged', 'main', false],
    ['a forge in words', "Merge branch 'topic' into 'main'", 'main', false],
    ['no branch known', "Merge branch 'main' of x", undefined, false],
  ];
  it.each(merges)('%s', (_, subject, branch, pulled) => {
    const log = [
      commit('m', ['p', 'v'], subject),
      commit('v', ['r']),
      commit('r', ['b']),
      commit('p', ['a']),
      commit('b', ['a']),
      commit('a'),
    ];
    const line = mainline(log, commitId('m'), branch);
    const expected = pulled ? ['m', 'v', 'r', 'p', 'b', 'a'] : ['m', 'p', 'a'];
    expect(line.map(({ id }) => id)).toEqual(expected.map(commitId));
    expect(broughtIn(log, line).get(commitId('r'))).toBe(commitId(pulled ? 'r' : 'm'));
  });
});

describe('parseFieldKey', () => {
  const keys: readonly [key: string, file: string | undefined, pointer: string | undefined][] = [
    ['prod/web.yaml#/image', 'prod/web.yaml', '/image'],
    ['prod/web.yaml#12/spec/image', 'prod/web.yaml', '12/spec/image'],
    ['a#b.yaml#2/spec/x#/image', 'a#b.yaml', '2/spec/x#/image'],
    ['a#/b.yaml#/spec/x#1/image', 'a#/b.yaml', '/spec/x#1/image'],
    ['kustomize/Kustomization#/images/0/newTag', 'kustomize/Kustomization', '/images/0/newTag'],
    ['odd.txt#/image', 'odd.txt', '/image'],
    ['#/image', undefined, undefined],
    ['prod/web.yaml', undefined, undefined],
    ['', undefined, undefined],
  ];
  it.each(keys)('%s', (key, file, pointer) => {
    expect(parseFieldKey(key)).toEqual(file === undefined ? undefined : { file, pointer });
  });

  it.each([
    ['2/spec/containers/0/image', '/spec/containers/*/image'],
    ['/spec/containers/11/image', '/spec/containers/*/image'],
    ['/images/0', '/images/*'],
    ['/a1/2b/image', '/a1/2b/image'],
  ])('has the shape of %s', (pointer, shape) => {
    expect(shapeOf(pointer)).toBe(shape);
  });
});

describe('releaseFilter', () => {
  const releases = [
    record(),
    record({ policy: 'web-staging', env: 'staging', field: 'clusters/staging/web.yaml#/image' }),
    record({
      policy: 'cache',
      image: 'redis',
      field: 'apps/a#b.yaml#2/spec/x#/image',
      intent: 'rollback',
    }),
  ];
  const queries: readonly [label: string, query: HistoryQuery, expected: readonly string[]][] = [
    ['nothing asked', {}, ['web', 'web-staging', 'cache']],
    ['policy', { policy: 'web' }, ['web']],
    ['service', { service: 'web' }, ['web', 'web-staging']],
    ['image in another spelling', { image: 'docker.io/library/redis' }, ['cache']],
    ['environment', { environment: 'staging' }, ['web-staging']],
    ['folder', { path: 'clusters/' }, ['web', 'web-staging']],
    ['folder with a dot', { path: './clusters/staging' }, ['web-staging']],
    ['half a folder name', { path: 'clusters/pro' }, []],
    ['file with # in it', { path: 'apps/a#b.yaml' }, ['cache']],
    ['whole tree', { path: '.' }, ['web', 'web-staging', 'cache']],
    ['glob', { path: 'clusters/*/web*' }, ['web-staging']],
    ['glob over folders', { path: '**/*.yaml' }, ['web', 'web-staging', 'cache']],
    ['glob with braces', { path: 'clusters/{prod,dev}/**' }, ['web']],
    ['intent', { intent: 'rollback' }, ['cache']],
    ['several at once', { service: 'web', environment: 'prod' }, ['web']],
  ];
  it.each(queries)('%s', (_, query, expected) => {
    expect(wanted(query)).toEqual(expected);
  });

  it.each([
    ['test', true],
    ['dev', true],
    ['test+dev', true],
    ['prod', false],
    ['', false],
  ])('finds the release of a base that test and dev share by "%s": %s', (environment, isFound) => {
    const filter = releaseFilter({ environment });
    expect(typeof filter === 'function' && filter(record({ env: 'test+dev' }))).toBe(isFound);
  });

  it('says what is wrong with a glob', () => {
    expect(releaseFilter({ path: 'clusters/[' })).toEqual({ error: 'an opening bracket is never closed' });
  });

  function wanted(query: HistoryQuery, services?: ReadonlyMap<string, string>): readonly string[] {
    const filter = releaseFilter(query, services);
    if (typeof filter !== 'function') throw new Error(filter.error);
    return releases.filter(filter).map(({ policy }) => policy);
  }

  it('takes the service that the policy names', () => {
    const services = new Map([['cache', 'web']]);
    expect(wanted({ service: 'web' }, services)).toHaveLength(3);
  });

  const names: readonly [policy: string, environment: string, expected: string][] = [
    ['web', 'prod', 'web'],
    ['web-prod', 'prod', 'web'],
    ['prod-web', 'prod', 'web'],
    ['web-prod', '', 'web-prod'],
    ['web-staging', 'prod', 'web-staging'],
    ['-prod', 'prod', '-prod'],
    ['prod', 'prod', 'prod'],
  ];
  it.each(names)('service of %s in %s', (policy, environment, expected) => {
    expect(serviceName(policy, environment)).toBe(expected);
  });
});

/** The definition itself: the oldest commit of the chain from which a commit can be reached. */
function slowBringers(log: readonly LoggedCommit[], head: LoggedCommit['id']): Map<string, string> {
  const all = new LogIndex(log);
  const reach = (from: LoggedCommit['id']): Set<string> => {
    const seen = new Set<string>([from]);
    for (const id of seen)
      for (const parent of all.get(id as LoggedCommit['id'])?.parents ?? []) seen.add(parent);
    return seen;
  };
  const brought = new Map<string, string>();
  for (const { id } of mainline(log, head)) {
    for (const reached of reach(id)) brought.set(reached, id);
  }
  return brought;
}

function broughtIn(log: readonly LoggedCommit[], line: readonly LoggedCommit[]): Map<string, string> {
  const brought = bringers(new LogIndex(log), line);
  return new Map(
    log.flatMap(({ id }) => [[id, brought.get(id) ?? '']] as const).filter(([, by]) => by !== ''),
  );
}
