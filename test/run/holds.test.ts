import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { readHolds } from '../../src/run/prepare/holds.ts';
import { memoryTree } from '../../src/tree/memory-tree.ts';
import { git } from '../git/git.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { codes, Stage, titles, web } from './stage.ts';
import type { RunResult } from '../../src/run/run.ts';

function gates(result: RunResult): readonly string[] {
  if (result.outcome === 'failed') throw result.failure;
  return result.plan.rulings.flatMap((ruling) =>
    'decision' in ruling ? ruling.decision.gates.map(({ gate, detail }) => `${gate}: ${detail}`) : [],
  );
}

describe('.tallyman/holds.yaml', () => {
  let stage: Stage | undefined;
  afterEach(() => stage?.close());

  async function open(holds: string): Promise<Stage> {
    const opened = await Stage.open((image) => ({
      ...web(image, '  group: stack\n'),
      'dev/api.yaml': deployment('api', `${image('api')}:1.0.0`),
      'dev/policy.yaml': policyFile('api', image('api'), 'semver: "^1"'),
      '.tallyman/holds.yaml': holds,
    }));
    stage = opened;
    opened.push('web', '1.0.0', '1.1.0');
    opened.push('api', '1.0.0', '1.1.0');
    return opened;
  }

  it.each([
    ['its policy', 'policies: [web]', ['api']],
    ['its group', 'groups: [stack]', ['api']],
    ['its environment', 'environments: [prod]', ['api']],
    ['its folder', 'paths: [prod]', ['api']],
    ['one of several', 'policies: [api, web]', []],
    ['everything', 'paths: ["**"]', []],
    ['the policy elsewhere', 'policies: [web], paths: [dev]', ['stack', 'api']],
  ])('holds a field by %s', async (_, scope, moved) => {
    const opened = await open(`holds:\n  - {${scope}, reason: INC-7, by: Ann}\n`);
    const result = await opened.run();
    expect(titles(result).toSorted()).toEqual(moved.toSorted());
    expect(codes(result)).toEqual([]);
    expect(gates(result)).toEqual(Array.from({ length: 2 - moved.length }, () => 'hold: held by Ann: INC-7'));
  });

  it('ends at its time', async () => {
    const opened = await open('holds:\n  - {policies: [web, api], reason: x, until: 2026-11-21T10:00:00Z}\n');
    expect(titles(await opened.run())).toEqual([]);
    opened.now = Date.parse('2026-11-21T10:00:00Z');
    expect(titles(await opened.run())).toEqual(['stack', 'api']);
  });

  it.each([
    ['an unknown key', 'holds:\n  - {policy: web, reason: x}\n', 'bad-holds'],
    ['broken YAML', 'holds: [\n', 'bad-holds'],
    ['no UTF-8', 'holds: \u0000', 'bad-holds'],
  ])('holds everything where the file has %s', async (_, text, code) => {
    const result = await (await open(text)).run();
    expect(titles(result)).toEqual([]);
    expect(codes(result)).toContain(code);
    expect(gates(result)[0]).toMatch(/^hold: held: \.tallyman\/holds\.yaml:\d+:\d+ cannot be read/);
  });

  it.each([
    ['.tallyman/holds.yml', 'nobody looks at this file; they stand in .tallyman/holds.yaml'],
    ['.tallyman/hold.yaml', 'nobody looks at this file'],
    ['.Tallyman/Holds.yaml', 'nobody looks at this file'],
    ['.tallyman/holds.yaml/web.yaml', 'nobody looks at this file'],
    ['.tallyman', 'it is a file, expected a folder with holds.yaml in it'],
  ])('holds everything where it was written to %s', async (path, words) => {
    const tree = memoryTree({ [path]: 'holds:\n  - {policies: [web], reason: stop}\n' });
    const { problems } = await readHolds(tree);
    expect(problems).toMatchObject([
      { code: 'bad-holds', file: path, message: expect.stringContaining(words) as string },
    ]);
  });

  it('holds everything where its folder is a symlink', async () => {
    const opened = await open('holds: []\n');
    const { path } = opened;
    const blob = git(path, 'rev-parse', 'main:.tallyman/holds.yaml');
    const list = git(path, 'ls-tree', 'main').replace(
      /^040000 tree \w+(?=\t\.tallyman$)/m,
      `120000 blob ${blob}`,
    );
    const tree = execFileSync('git', ['mktree'], { cwd: path, input: `${list}\n`, encoding: 'utf8' }).trim();
    const commit = ['-c', 'user.name=Ann', '-c', 'user.email=ann@test.invalid', 'commit-tree'];
    git(path, 'update-ref', 'refs/heads/main', git(path, ...commit, '-m', 'Link', '-p', 'main', tree));
    const result = await opened.run();
    expect(titles(result)).toEqual([]);
    expect(codes(result)).toEqual(['bad-holds']);
    expect(gates(result)[0]).toMatch(/^hold: held: \.tallyman:1:1 cannot be read/);
  });

  it('may have other files beside it', async () => {
    const tree = memoryTree({ '.tallyman/README.md': 'x', '.tallyman/holds.yaml': 'holds: []\n' });
    expect(await readHolds(tree)).toEqual({ entries: [], problems: [] });
  });

  it('tells of names that are nowhere', async () => {
    const result = await (
      await open('holds:\n  - {policies: [wep], reason: x}\n  - {environments: [production], reason: y}\n')
    ).run();
    expect(titles(result)).toEqual(['stack', 'api']);
    if (result.outcome === 'failed') throw result.failure;
    expect(result.plan.problems).toEqual([
      expect.objectContaining({
        code: 'unknown-policy',
        line: 2,
        message: expect.stringContaining(
          'the policy "wep", and there is none of that name (did you mean "web"?)',
        ),
      }),
      expect.objectContaining({ code: 'bad-holds', line: 3 }),
    ]);
  });

  it('is honoured where it lands between fetch and push', async () => {
    const opened = await open('holds: []\n');
    const { repository } = opened;
    let landed = false;
    opened.ports = {
      ...opened.ports,
      repository: {
        name: repository.name,
        sync: (signal) => repository.sync(signal),
        publish: async (base, drafts, signal) => {
          if (!landed) {
            landed = true;
            await opened.commit({ '.tallyman/holds.yaml': 'holds:\n  - {policies: [web], reason: stop}\n' });
          }
          return repository.publish(base, drafts, signal);
        },
        close: () => repository.close(),
      },
    };
    expect(titles(await opened.run())).toEqual(['api']);
    expect(await opened.file('prod/web.yaml')).toContain(':1.0.0');
  });
});
