import { describe, expect, it } from 'vitest';
import { bareProduction, type Covering } from '../../src/lint/guardrails.ts';

const place = { file: 'tallyman.yaml', line: 6, column: 5 };

function environment(name: string, more: Partial<Covering> = {}): Covering {
  return { name, covers: () => true, place, rules: {}, freezes: [], ...more };
}

describe('no-guardrails of an environment', () => {
  it.each([
    'prod',
    'PROD',
    'production',
    'live',
    'prd',
    'prod-eu',
    'eu.prod',
    'us_production',
    'prod2',
    'live-1',
  ])('is advice for %s', (name) => {
    expect(bareProduction([environment('staging'), environment(name)])).toEqual([
      {
        code: 'no-guardrails',
        ...place,
        message: expect.stringMatching(
          `^The environment ${name} looks like production, and has neither rules nor freezes: `,
        ) as string,
      },
    ]);
  });

  it.each(['staging', 'products', 'preprod', 'pre-prod', 'non-prod', 'not.production', 'delivery', 'alive'])(
    'is none for %s',
    (name) => {
      expect(bareProduction([environment(name)])).toEqual([]);
    },
  );

  it.each<[label: string, more: Partial<Covering>, count: number]>([
    ['no rules at all', { rules: undefined }, 1],
    ['a rule that asks for nothing', { rules: { minAge: 0, mode: 'commit' } }, 1],
    ['tags', { rules: { tags: '^v' } }, 0],
    ['an age', { rules: { minAge: 1 } }, 0],
    ['pull requests', { rules: { mode: 'pullRequest' } }, 0],
    ['signatures', { rules: { verify: 'required' } }, 0],
    ['a fuse', { rules: { maxReleasesPerRun: 5 } }, 0],
    ['a freeze', { freezes: [{ from: 0, until: 1, reason: '' }] }, 0],
  ])('counts %s', (_, more, count) => {
    expect(bareProduction([environment('prod', more)])).toHaveLength(count);
  });
});
