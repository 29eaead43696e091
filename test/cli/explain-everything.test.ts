import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dropRules, gateNames } from '../../src/policy/election/decision.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { House } from './house.ts';

/** Policies by name: the folder of their environment, the image, the tag in git, the kind, and more lines of `spec`. */
const policies: Readonly<
  Record<string, readonly [folder: string, image: string, tag: string, kind: string, more?: string]>
> = {
  web: [
    'prod',
    'web',
    '1.2.0',
    'semver: ">=1 <3"',
    '  exclude: ["1.9.*"]\n  filterTags: {pattern: "^[^p]"}\n',
  ],
  young: ['prod', 'young', '1.0.0', 'semver: "*"', '  minAge: 24h\n'],
  arm: ['prod', 'arm', '1.0.0', 'semver: "*"', '  platforms: [linux/arm64]\n'],
  birds: ['prod', 'birds', '1', 'glob: {pattern: "{1,2,3}*"}'],
  many: ['prod', 'many', '0', 'newest: {}'],
  held: ['prod', 'held', '1.0.0', 'semver: "*"', '  hold: {reason: INC-1, by: Bob}\n'],
  kept: ['prod', 'held', '1.0.0', 'semver: "*"', '  paths: [prod/kept.yaml]\n'],
  shut: [
    'prod',
    'shut',
    '1.0.0',
    'semver: "*"',
    '  schedule: {deny: ["* * * * *"], timeZone: Europe/Copenhagen}\n',
  ],
  strict: ['prod', 'strict', '1.0.0', 'semver: "^1"', '  onRevert: hold\n'],
  fixed: ['prod', 'fixed', '1.0.0', 'semver: "^1"'],
  fought: ['prod', 'fought', '1.0.0', 'semver: "^1"'],
  frozen: ['frozen', 'frozen', '1.0.0', 'semver: "*"'],
  paused: ['paused', 'paused', '1.0.0', 'semver: "*"'],
  reviewed: ['reviewed', 'reviewed', '1.0.0', 'semver: "*"'],
  next: ['dev', 'web', '1.2.0', 'promote: {from: web, soak: 2h}'],
  later: ['dev', 'web', '1.1.0', 'promote: {from: web, soak: 1000h}'],
  one: ['prod', 'one', '1.0.0', 'semver: "*"', '  group: pair\n'],
  two: ['prod', 'two', '1.0.0', 'semver: "*"', '  group: pair\n  hold: {reason: INC-2, by: Bob}\n'],
};

const more = `  - {name: frozen, repository: fleet, paths: ["frozen/**"], freeze: [{from: 2026-01-01T00:00:00Z, until: 2099-01-01T00:00:00Z, reason: year end}]}
  - {name: paused, repository: fleet, paths: ["paused/**"], paused: true}
  - {name: reviewed, repository: fleet, paths: ["reviewed/**"], rules: {mode: pullRequest}}
  - {name: dev, repository: fleet, paths: ["dev/**"]}
`;

describe('explain, on a repository with every rule and every gate in play', () => {
  let house: House;

  beforeAll(async () => {
    house = await House.open((image) => ({
      ...Object.fromEntries(
        Object.entries(policies).flatMap(([name, [folder, repository, tag, kind, spec = '']]) => [
          [`${folder}/${name}.yaml`, deployment(name, `${image(repository)}:${tag}`)],
          [
            `${folder}/${name}-policy.yaml`,
            policyFile(
              name,
              image(repository),
              kind,
              spec.includes('paths') ? spec : `${spec}  paths: [${folder}/${name}.yaml]\n`,
            ),
          ],
        ]),
      ),
      '.tallyman/holds.yaml':
        'holds:\n  - {policies: [kept], environments: [prod], reason: audit, by: Cy, until: 2099-01-01T00:00:00Z}\n',
    }));
    const config = join(house.directory, 'tallyman.yaml');
    const text = await readFile(config, 'utf8');
    await writeFile(
      config,
      text.replace('paths: ["prod/**"]}\n', `paths: ["prod/**"], rules: {tags: "^[0-9]"}}\n${more}`),
    );
    const images = [
      'young',
      'arm',
      'held',
      'shut',
      'strict',
      'fixed',
      'fought',
      'frozen',
      'paused',
      'reviewed',
      'one',
      'two',
    ];
    for (const name of images) house.push(name, '1.0.0');
    house.push('web', '1.2.0', '1.3.0');
    house.push('strict', '1.1.0');
    house.push('fixed', '1.1.0');
    // Another automation wants another version of it.
    for (const version of ['1.1.0', '1.2.0']) {
      house.push('fought', version);
      await house.run('run', '--once');
      await house.commit('prod/fought.yaml');
    }
    // What was released is taken back, and one field is set to what its policy does not know.
    const ordered = ['--reason', 'slow', '--author', 'Ann <ann@test.invalid>'];
    await house.run('rollback', 'web', ...ordered);
    await house.run('rollback', 'strict', ...ordered);
    await house.write({ 'prod/fixed.yaml': deployment('fixed', `${house.image('fixed')}:hotfix`) });
    await house.commit('prod/fixed.yaml');
    house.push(
      'web',
      'not a tag',
      '2.9.0.sig',
      '1.9.1',
      'pr-7',
      'nightly',
      '4.0.0',
      '1.1.0',
      'v2.5.0',
      '2.0.0',
      '2.1.0',
    );
    for (const name of images) house.push(name, '1.5.0');
    house.push('birds', '1', '2', 'cat');
    house.registry.registry.addImage({ repository: 'acme/birds', tag: '3', created: undefined });
    for (let index = 0; index <= 500; index++) house.push('many', String(index));
  }, 60_000);

  afterAll(() => house.close());

  it.each(Object.keys(policies))('tells of %s', async (name) => {
    const { document } = await house.json('explain', name);
    const [field] = document['fields'] as readonly Record<string, unknown>[];
    const { considered, dropped, elected } = field as {
      considered: number;
      dropped: readonly unknown[];
      elected: string | null;
    };
    expect(considered).toBe(dropped.length + (elected === null ? 0 : 1));
    const { stdout } = await house.run('explain', name);
    expect(stdout).toMatch(new RegExp(`^${name}  `));
    expect(stdout.split('\n').length).toBeLessThan(70);
  });

  it('says in words what happened', async () => {
    const stopped = async (name: string): Promise<string | undefined> =>
      /^stopped {2}.*$/m.exec((await house.run('explain', name)).stdout)?.[0];
    expect(await stopped('fixed')).toMatch(
      /^stopped {2}pinned: pinned by Ann in [0-9a-f]{10}: the policy would not elect the current value hotfix; put back/,
    );
    expect(await stopped('kept')).toBe('stopped  hold: held by Cy until 2099-01-01T00:00:00Z: audit');
    expect(await stopped('next')).toBeUndefined();
    expect(await stopped('one')).toBe('stopped  group pair: two is stopped by hold: held by Bob: INC-2');
    const { stdout } = await house.run('explain', 'web');
    expect(stdout).toContain('  1.3.0  this field held it before, and somebody took it back\n');
  });

  it('leaves out no rule and no gate', async () => {
    const rules = new Set<string>();
    const gates = new Set<string>();
    for (const name of Object.keys(policies)) {
      const { document } = await house.json('explain', name);
      const { fields, stops } = document as unknown as {
        fields: readonly { dropped: readonly { rule: string }[]; gates: readonly { gate: string }[] }[];
        stops: readonly unknown[];
      };
      for (const { dropped, gates: stopped } of fields) {
        for (const { rule } of dropped) rules.add(rule);
        for (const { gate } of stopped) gates.add(gate);
      }
      if (stops.length > 0) gates.add('group');
    }
    // What is no tag never comes from a registry (`elect` reads it from a file), and this one has a digest for each of its own.
    expect(dropRules.filter((rule) => !rules.has(rule))).toEqual(['not-a-tag', 'no-digest']);
    expect(gateNames.filter((gate) => !gates.has(gate))).toEqual([]);
  });
});
