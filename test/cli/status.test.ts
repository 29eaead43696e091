import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { deployment, policyFile } from '../scenarios/world.ts';
import { House } from './house.ts';

let house: House | undefined;
afterEach(() => house?.close());

async function open(more = ''): Promise<House> {
  house = await House.open((image) => ({
    'prod/web.yaml': deployment('web', `${image('web')}:1.0.0`),
    'prod/policy.yaml': policyFile('web', image('web'), 'semver: "*"', more),
  }));
  house.push('web', '1.0.0', '1.1.0');
  return house;
}

/** The only line of `status` under its head. */
async function service(on: House): Promise<unknown> {
  const { document } = await on.json('status');
  return (document['services'] as readonly unknown[])[0];
}

it('tells of a registry that is down once, and of a repository that cannot be read no more than that', async () => {
  const on = await open();
  await on.registry.close();
  const down = await on.run('status');
  expect(down.exit).toBe(4);
  expect(down.stdout).toMatch(/ +1\.0\.0 +- +- +no election, see below +prod\/web\.yaml/);
  expect(down.stdout.match(/connection refused/g)).toHaveLength(1);
  expect(await service(on)).toMatchObject({
    because: expect.stringContaining('connection refused') as string,
  });
  await rm(join(on.directory, 'config.git'), { recursive: true });
  const gone = await on.run('status');
  expect(gone).toMatchObject({ exit: 4, stdout: expect.stringMatching(/^error: fleet: /) as string });
});

describe('status tells what is newer, and why it is not released', () => {
  it('where only a digest is written', async () => {
    expect(await service(await open('  digest: pin\n  exclude: ["1.1.0"]\n'))).toMatchObject({
      tag: '1.0.0',
      newer: '1.0.0',
      because: 'the next run writes its digest',
    });
  });

  it('where the next run releases it', async () => {
    expect(await service(await open())).toMatchObject({
      tag: '1.0.0',
      newer: '1.1.0',
      because: 'the next run releases it',
    });
  });

  it('where people took it back', async () => {
    const on = await open();
    await on.run('run', '--once');
    const author = { GIT_AUTHOR_NAME: 'Ann', GIT_AUTHOR_EMAIL: 'ann@test.invalid' };
    expect((await on.runIn(author, 'rollback', 'web', '--reason', 'slow')).exit).toBe(0);
    expect(await service(on)).toMatchObject({
      tag: '1.0.0',
      newer: '1.1.0',
      because: 'rejected: this field held it before, and somebody took it back',
    });
  });

  it('where its image lacks a platform', async () => {
    expect(await service(await open('  platforms: [linux/s390x]\n'))).toMatchObject({
      newer: '1.1.0',
      because: 'platform-missing: its image lacks one of linux/s390x',
    });
  });

  it("by the policy's order, whichever rule keeps the best back", async () => {
    const on = await open('  platforms: [linux/amd64]\n  minAge: 24h\n');
    on.registry.registry.addImage({
      repository: 'acme/web',
      tag: '1.0.5',
      platforms: ['linux/s390x'],
      created: Date.parse('2026-11-01T00:00:00Z'),
    });
    expect(await service(on)).toMatchObject({ newer: '1.1.0' });
  });

  it('where the election cannot be completed', async () => {
    const on = await open();
    await on.write({ 'prod/policy.yaml': policyFile('web', on.image('web'), 'promote: {from: nobody}') });
    await on.commit('prod/policy.yaml');
    expect(await service(on)).toMatchObject({
      because: expect.stringContaining('no policy nobody') as string,
    });
    expect((await on.run('status')).stdout).toMatch(/1\.0\.0 +- +- +no election, see below/);
  });

  it.each([
    ['', 'it cannot be edited, see the problems'],
    ['  group: stack\n', 'a field of the group stack cannot be edited, see the problems'],
  ])('where what is newer cannot be written', async (group, because) => {
    const on = await open(`  digest: pin\n${group}`);
    // The first map has no place for a digest: the second would merge it in.
    const maps = `a: &a {repository: ${on.image('web')}, tag: 1.0.0}\nb: {<<: *a, repository: other, tag: 1.0.0}\n`;
    await on.write({ 'prod/web.yaml': 'a: 1\n', 'prod/values.yaml': maps });
    await on.commit('prod/web.yaml', 'prod/values.yaml');
    expect(await service(on)).toMatchObject({ newer: '1.1.0', because });
  });

  it('where nothing is newer', async () => {
    const on = await open();
    await on.run('run', '--once');
    expect(await service(on)).toMatchObject({ tag: '1.1.0', newer: null, because: '' });
  });

  it('since when, whatever was held in between and whoever moved it last', async () => {
    const on = await open();
    const before = await on.read('prod/web.yaml');
    const author = { GIT_AUTHOR_NAME: 'Ann', GIT_AUTHOR_EMAIL: 'ann@test.invalid' };
    expect(await service(on)).toMatchObject({ since: null });
    await on.run('run', '--once');
    const { since } = (await service(on)) as { since: string };
    expect(since).toMatch(/^\d{4}-/);
    await on.runIn(author, 'hold', 'web', '--reason', 'audit');
    expect(await service(on)).toMatchObject({ tag: '1.1.0', since });
    await on.write({ 'prod/web.yaml': before });
    // By a person, on 2026-11-20 at noon.
    await on.commit('prod/web.yaml');
    expect(await service(on)).toMatchObject({ tag: '1.0.0', since: '2026-11-20T12:00:00.000Z' });
  });
});

it('shows the environments of a service in their order, whichever repositories they are in', async () => {
  const on = await open();
  const bot = '{name: Bot, email: bot@test.invalid}';
  const names = ['production', 'early', 'last'];
  const config = await readFile(join(on.directory, 'tallyman.yaml'), 'utf8');
  const entries = names.map(
    (name) => `  - {name: ${name}, url: ./config.git, author: ${bot}, confirmFirstRun: false}\n`,
  );
  const environments = names.map(
    (name, place) =>
      `  - {name: ${name}, repository: ${name}, paths: ["**"], order: ${[2, 1, 3][place] ?? 0}}\n`,
  );
  await writeFile(
    join(on.directory, 'tallyman.yaml'),
    config
      .replace(/repositories:\n.*\n/, `repositories:\n${entries.join('')}`)
      .replace(/environments:\n.*\n/, `environments:\n${environments.join('')}`),
  );
  const { stdout } = await on.run('status');
  const rows = stdout.trimEnd().split('\n');
  expect(rows.map((row) => row.split(/ {2,}/).at(-1))).toEqual(['REPOSITORY', 'early', 'production', 'last']);
});
