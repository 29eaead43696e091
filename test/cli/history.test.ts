import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLocalRepository } from '../../src/git/local/local-repository.ts';
import { renderRecord } from '../../src/release/record.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { record } from '../release/samples.ts';
import { House } from './house.ts';

const field = 'prod/web.yaml#/spec/template/spec/containers/0/image';
const day = 86_400_000;
const start = Date.parse('2026-11-01T12:00:00Z');
let house: House;

/** Days after the first of November: a message, and the version that `web` then has. */
const commits: readonly [days: number, message: string, tag: string][] = [
  [1, release('1.0.0', '1.1.0', { fromRevision: 'a'.repeat(40), revision: 'b'.repeat(40) }), '1.1.0'],
  [3, release('1.1.0', '1.2.0', { revision: 'c'.repeat(40) }), '1.2.0'],
  [4, `Forged\n\n${line('1.2.0', '9.9.9')}\n`, '1.2.0'],
  [5, release('1.2.0', '1.1.0', { intent: 'rollback' }), '1.1.0'],
  [6, `Bad\n\nTallyman-Release: v=1 nonsense\n`, '1.1.0'],
  [7, "build: automatic update of shop\n\nupdates image ghcr.io/acme/web tag '1.1.0' to '1.3.0'\n", '1.3.0'],
  [8, 'Update from image update automation\n', '1.4.0'],
  [9, 'chore: images by our own template\n', '1.5.0'],
];

beforeAll(async () => {
  house = await House.open(() => ({
    'prod/web.yaml': web('1.0.0'),
    'prod/policy.yaml': policyFile('web-prod', 'ghcr.io/acme/web', 'semver: "^1"', '  service: shopfront\n'),
    'prod/idle.yaml': policyFile('idle', 'ghcr.io/acme/idle', 'semver: "^1"'),
  }));
  // The first commit of a House is of a later day than these: the branch begins anew.
  await rm(join(house.directory, 'config.git'), { recursive: true });
  const { initBareRepository } = await import('../../src/git/local/init.ts');
  await initBareRepository(join(house.directory, 'config.git'), {
    branch: 'main',
    files: {
      'prod/web.yaml': web('1.0.0'),
      'prod/policy.yaml': policyFile(
        'web-prod',
        'ghcr.io/acme/web',
        'semver: "^1"',
        '  service: shopfront\n',
      ),
      'prod/idle.yaml': policyFile('idle', 'ghcr.io/acme/idle', 'semver: "^1"'),
    },
    message: 'First commit\n',
    author: { name: 'Ann', email: 'ann@test.invalid' },
    now: () => start,
  });
  for (const [days, message, tag] of commits) {
    const person = { name: 'Bot', email: 'bot@test.invalid' };
    const repository = openLocalRepository({
      name: 'fleet',
      path: join(house.directory, 'config.git'),
      branch: 'main',
      author: person,
      committer: person,
      now: () => start + days * day,
    });
    const changes = [{ path: 'prod/web.yaml', bytes: Buffer.from(web(tag)) }];
    await repository.publish(await repository.sync(), [{ changes, message }]);
    await repository.close();
  }
});

afterAll(() => house.close());

describe('history', () => {
  const rollback = '1.2.0 -> 1.1.0';
  const second = '1.1.0 -> 1.2.0';
  const first = '1.0.0 -> 1.1.0';
  const updater = '1.1.0 -> 1.3.0';
  const flux = ' -> ';
  const filters: readonly [label: string, args: readonly string[], expected: readonly string[]][] = [
    ['everything, newest first', [], [flux, updater, rollback, second, first]],
    ['a policy', ['web-prod'], [rollback, second, first]],
    ['a policy by flag', ['--policy', 'web-prod'], [rollback, second, first]],
    ['an application of another tool', ['shop'], [updater]],
    ['a policy without releases', ['idle'], []],
    ['a service, as the policy names it', ['--service', 'shopfront'], [rollback, second, first]],
    ['a service that is none', ['--service', 'web'], []],
    ['an image', ['--image', 'ghcr.io/acme/web'], [updater, rollback, second, first]],
    ['an environment', ['--environment', 'prod'], [rollback, second, first]],
    ['a folder', ['--path', 'prod'], [rollback, second, first]],
    ['a glob', ['--path', '**/web.y*ml'], [rollback, second, first]],
    ['a glob that matches nothing', ['--path', 'prod/*/web.yaml'], []],
    ['an intent', ['--intent', 'rollback'], [rollback]],
    ['from a day on', ['--since', '2026-11-04', 'web-prod'], [rollback, second]],
    ['up to a day, which counts', ['--until', '2026-11-04'], [second, first]],
    ['up to a minute', ['--until', '2026-11-04T11:59Z'], [first]],
    ['in another zone', ['--until', '2026-11-04T13:00+01:00'], [second, first]],
    ['between two days', ['--since', '2026-11-03', '--until', '2026-11-05'], [second]],
    ['further back than the horizon', ['--since', '2010-01-01', '--until', '2026-11-02'], [first]],
  ];
  it.each(filters)('tells of %s', async (_, args, expected) => {
    const { exit, document } = await house.json('history', ...args);
    expect(exit).toBe(0);
    const releases = document['releases'] as readonly { from: string; to: string }[];
    expect(releases.map(({ from, to }) => `${from} -> ${to}`)).toEqual(expected);
  });

  it('links to what changed, with the revisions of both versions', async () => {
    const { document } = await house.json('history', 'web-prod');
    expect(document['releases']).toMatchObject([
      { to: '1.1.0', source: 'tallyman', link: null },
      // The old revision is the one that the release before brought.
      { to: '1.2.0', fromRevision: 'b'.repeat(40), link: link('b', 'c') },
      { to: '1.1.0', sourceUrl: 'https://git.test/acme/web', link: link('a', 'b') },
    ]);
  });

  it('names the tool, and says what its message tells', async () => {
    const { document } = await house.json('history', '--since', '2026-11-08');
    expect(document['releases']).toMatchObject([
      { source: 'flux2', policy: '', image: '', from: '', to: '', field: '', env: '' },
      {
        source: 'argocd-image-updater',
        policy: 'shop',
        image: 'ghcr.io/acme/web',
        to: '1.3.0',
        branch: 'main',
      },
    ]);
  });

  it('is a table for people', async () => {
    const { stdout } = await house.run('history', '--limit', '4');
    expect(stdout.replaceAll(/[0-9a-f]{10}/g, '<commit>')).toBe(
      `WHEN               POLICY    ENV   FROM   TO     INTENT                COMMIT      BY   FIELD
2026-11-09 12:00Z  -         -     -      -      flux2                 <commit>  Bot  -
2026-11-08 12:00Z  shop      -     1.1.0  1.3.0  argocd-image-updater  <commit>  Bot  ghcr.io/acme/web
2026-11-06 12:00Z  web-prod  prod  1.2.0  1.1.0  rollback              <commit>  Bot  ${field}
2026-11-04 12:00Z  web-prod  prod  1.1.0  1.2.0  update                <commit>  Bot  ${field}
... 1 older; --limit 5 shows all
`,
    );
    const none = 'No release that was asked for is recorded here.\n';
    expect((await house.run('history', 'idle')).stdout).toBe(none);
    expect((await house.run('history', '--image', 'nothing/x')).stdout).toBe(none);
  });

  it('tells what does not count, and why', async () => {
    const { document } = await house.json('history', '--ignored');
    expect(document['ignored']).toMatchObject([
      { repository: 'fleet', because: 'not-held', policy: 'web-prod', to: '9.9.9', field, lines: 1 },
      { because: 'unreadable', policy: null, to: null, field: null, lines: 1 },
    ]);
    const { stdout } = await house.run('history', '--ignored');
    expect(stdout).toContain('\nRecords that do not count:\n');
    expect(stdout).toContain('not-held: the field held another value when the record came to the branch\n');
    expect((await house.run('history', '--ignored', '--since', '2026-11-20')).stdout).toContain(
      '1 line: unreadable',
    );
  });

  it('writes release notes between two dates', async () => {
    const args = ['history', '--format', 'notes', '--since', '2026-11-02', '--until', '2026-11-04'];
    const { stdout } = await house.run(...args);
    expect(stdout).toContain('# Releases, 2026-11-02 to 2026-11-04\n\n## shopfront\n');
    expect(stdout).toContain(
      `- **prod** \`1.0.0\` -> \`1.2.0\` of \`ghcr.io/acme/web\` ([changes](<${link('a', 'c')}>))\n  - \`1.1.0\` -> \`1.2.0\``,
    );
    expect((await house.json(...args)).document['notes']).toBe(stdout);
    const nothing = await house.run('history', '--format', 'notes', '--until', '2026-10-01');
    expect(nothing.stdout).toContain('Nothing was released.');
  });
});

describe('history says what is wrong with', () => {
  const dates = 'expected such as 2026-11-01, 2026-11-01T09:30Z or 7d.';
  const wrong: readonly [label: string, args: readonly string[], message: string][] = [
    ['a date in words', ['--since', 'yesterday'], `--since "yesterday" is no date and no duration; ${dates}`],
    ['a number', ['--until', '5'], `--until "5" is no date and no duration; ${dates}`],
    [
      'a day that is none',
      ['--until', '2026-11-31'],
      `--until "2026-11-31" is no date and no duration; ${dates}`,
    ],
    ['an hour that is none', ['--since', '2026-11-01T25:00'], `--since "2026-11-01T25:00" is no date and no`],
    [
      'dates the wrong way round',
      ['--since', '2026-11-05', '--until', '2026-11-01'],
      '--since "2026-11-05" is after --until "2026-11-01"; nothing can lie between them.',
    ],
    ['an intent', ['--intent', 'rolback'], '--intent "rolback" is unknown (did you mean "rollback"?).'],
    [
      'a glob',
      ['--path', 'prod/['],
      '--path "prod/[" is no path and no glob: an opening bracket is never closed.',
    ],
    [
      'a policy',
      ['web-prd'],
      'No policy "web-prd" is in the files of the branch, nor in its releases since 20',
    ],
    ['a policy, with the nearest', ['web-prd'], '(did you mean "web-prod"?).'],
    ['a policy far from all', ['zzzzzzzz'], '; known are idle, shop, web-prod.'],
    ['an environment', ['--environment', 'prd'], '(did you mean "prod"?).'],
    ['two policies', ['a', '--policy', 'b'], 'history takes one policy, but "a" and --policy "b" are given.'],
    ['a format', ['--format', 'html'], "argument 'html' is invalid. Allowed choices are table, notes."],
    ['a branch without a folder', ['--branch', 'main'], '--branch goes with --dir;'],
    [
      'a folder that is none',
      ['--dir', 'nowhere'],
      '--dir nowhere does not exist; expected the folder of a checkout.',
    ],
  ];
  it.each(wrong)('%s', async (_, args, message) => {
    const { exit, stderr, stdout } = await house.run('history', ...args);
    expect(stderr).toContain(message);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
  });
});

describe('history --dir', () => {
  it('reads a checkout, without configuration and without network', async () => {
    const { document } = await house.json('history', '--dir', 'config.git', 'web-prod');
    expect(document['releases']).toHaveLength(3);
  });

  it('wants a branch where none is checked out', async () => {
    const folder = join(house.directory, 'detached', '.git');
    await mkdir(join(folder, 'objects'), { recursive: true });
    await writeFile(join(folder, 'HEAD'), `${'a'.repeat(40)}\n`);
    const detached = await house.run('history', '--dir', 'detached');
    expect(detached).toMatchObject({ exit: 2, stdout: '' });
    expect(detached.stderr).toContain('has no branch checked out (a detached HEAD)');
    expect(detached.stderr).toContain('say which with --branch');
    const branch = await house.run('history', '--dir', 'config.git', '--branch', 'mian');
    expect(branch.exit).toBe(4);
    expect(branch.stderr).toContain('did you mean "main"?');
    const none = await house.run('history', '--dir', 'checkout');
    expect(none.stderr).toContain('is no git repository');
  });
});

function release(from: string, to: string, change: Parameters<typeof record>[0]): string {
  return `release(web-prod): ${from} -> ${to}\n\n${line(from, to, change)}\n`;
}

function line(from: string, to: string, change: Parameters<typeof record>[0] = {}): string {
  const source = 'https://git.test/acme/web';
  return renderRecord(
    record({ policy: 'web-prod', field, from, to, digest: '', revision: '', source, ...change }),
  );
}

function link(from: string, to: string): string {
  return `https://git.test/acme/web/compare/${from.repeat(40)}...${to.repeat(40)}`;
}

function web(tag: string): string {
  return deployment('web', `ghcr.io/acme/web:${tag}`);
}
