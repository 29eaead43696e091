import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployment, policyFile } from '../scenarios/world.ts';
import { House } from './house.ts';

let house: House;

beforeAll(async () => {
  house = await House.open((image) => ({
    'prod/web.yaml': deployment('web', `${image('web')}:1.0.0`),
    'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"').replace(/\n {2}annotations:.*/, ''),
    'prod/kustomization.yaml': 'resources: [web.yaml, policy.yaml]\n',
  }));
});

afterAll(() => house.close());

describe('lint', () => {
  it('gives advice beside problems, which alone is no failure', async () => {
    const { exit, document } = await house.json('lint', '--dir', 'checkout');
    expect(exit).toBe(0);
    expect(document).toMatchObject({
      problems: [],
      advice: [
        { code: 'no-guardrails', file: join(house.directory, 'tallyman.yaml'), line: 6, column: 5 },
        { code: 'would-be-applied', file: 'prod/policy.yaml', policy: 'web' },
      ],
    });
    const text = await house.run('lint', '--dir', 'checkout');
    expect(text.stdout).toMatch(
      /\/tallyman\.yaml:6:5: advice: no-guardrails: .*\nprod\/policy\.yaml:\d+:1: advice: would-be-applied: The policy web would be/,
    );
    expect(text.stdout).toMatch(/\n1 policy, 1 image field bound, 0 problems, 2 advice\n$/);
  });

  it('fails by advice where it is told to', async () => {
    expect((await house.run('lint', '--dir', 'checkout', '--fail-on', 'advice')).exit).toBe(1);
  });

  it('keeps advice to itself: no run tells of it', async () => {
    house.push('web', '1.0.0');
    const { exit, document } = await house.json('run', '--once', '--dry-run');
    expect(exit).toBe(0);
    expect(document).toMatchObject({ repositories: [{ outcome: 'unchanged', problems: [] }] });
  });
});
