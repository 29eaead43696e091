import { afterEach, expect, it } from 'vitest';
import { deployment, policyFile } from '../scenarios/world.ts';
import { at, commit, run } from './moves.ts';
import { lift, openWeb } from './orders.ts';
import { Stage } from './stage.ts';

/** What was taken back stays so under the names that a file comes to have (product.md, 6.2). */
let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

function of(path: string, env: string): string {
  return path.replace('ENV', env);
}

const moves: readonly (readonly [label: string, before: string, after: string])[] = [
  ['their folder has another name', 'clusters/ENV/web.yaml', 'envs/ENV/web.yaml'],
  ['they go one folder down', 'ENV/web.yaml', 'clusters/ENV/web.yaml'],
  ['they get folders of their own', 'clusters/ENV/web.yaml', 'clusters/ENV/apps/web.yaml'],
  ['their folders change around', 'clusters/eu/ENV/web.yaml', 'apps/ENV/eu/web.yaml'],
  ['they get other names as well', 'clusters/ENV/web.yaml', 'envs/ENV/front.yaml'],
];

it.each(moves)(
  'equal files of two environments that move together keep their pasts: %s',
  async (_, before, after) => {
    const on = (stage = await Stage.open((image) => ({
      [of(before, 'prod')]: deployment('web', `${image('web')}:1.0.0`),
      [of(before, 'staging')]: deployment('web', `${image('web')}:1.0.0`),
      'policies.yaml': policyFile('web', image('web'), 'semver: "^1"', '  paths: ["**/staging/**"]\n'),
    })));
    on.push('web', '1.0.0', '1.1.0');
    expect(await run(on)).toEqual(['web']);
    const staging = of(before, 'staging');
    await commit(on, { [staging]: await at(on, staging, '1.0.0') });
    const moved: Record<string, string | null> = {};
    for (const env of ['prod', 'staging']) {
      moved[of(before, env)] = null;
      moved[of(after, env)] = await on.file(of(before, env));
    }
    await commit(on, moved);
    expect(await run(on)).toEqual([]);
    on.push('web', '1.2.0');
    expect(await run(on)).toEqual(['web']);
  },
);

it('a revert, a revert of it and one of that are known under three names, until a lift', async () => {
  const on = (stage = await openWeb());
  for (const version of ['1.1.0', '1.2.0', '1.3.0']) {
    on.push('web', version);
    expect(await run(on)).toEqual(['web']);
  }
  const [first, second, third, last] = [
    'prod/web.yaml',
    'prod/front/w.yaml',
    'prod/z.yaml',
    'prod/last.yaml',
  ] as const;
  await commit(on, { [first]: await at(on, first, '1.2.0') });
  await commit(on, { [first]: null, [second]: await on.file(first) });
  expect(await run(on)).toEqual([]);
  await commit(on, { [second]: await at(on, second, '1.3.0') });
  expect(await run(on)).toEqual([]);
  // Moved and taken back in one commit.
  await commit(on, { [second]: null, [third]: await at(on, second, '1.2.0') });
  expect(await run(on)).toEqual([]);
  await lift(on, { policies: ['web'] });
  await commit(on, { [third]: null, [last]: await on.file(third) });
  expect(await run(on)).toEqual(['web']);
  expect(await on.file(last)).toContain(':1.3.0');
});

it('a file that moves with edits among hundreds of others is known again', async () => {
  const file = 'prod/web.yaml';
  const on = (stage = await Stage.open((image) => ({
    [file]: deployment('web', `${image('web')}:1.0.0`),
    'policies.yaml': policyFile('web', image('web'), 'semver: "^1"', '  paths: ["**/prod/**"]\n'),
  })));
  on.push('web', '1.0.0', '1.1.0');
  expect(await run(on)).toEqual(['web']);
  const names = Array.from({ length: 200 }, (_, index) => `apps/a${index}/web.yaml`);
  const other = deployment('other', `${on.image('web')}:1.0.0`);
  await commit(on, {
    ...Object.fromEntries(names.map((name) => [name, other])),
    [file]: await at(on, file, '1.0.0'),
  });
  const moved = names.flatMap((name) => [
    [name, null],
    [`clusters/${name}`, `${other}# moved\n`],
  ]);
  const text = `${await on.file(file)}# moved\n`;
  await commit(on, { ...Object.fromEntries(moved), [file]: null, 'clusters/prod/web.yaml': text });
  expect(await run(on)).toEqual([]);
  on.push('web', '1.2.0');
  expect(await run(on)).toEqual(['web']);
});
