import { describe, expect, it } from 'vitest';
import { decide } from '../../src/policy/election/decide.ts';
import { tighten, type Guardrails } from '../../src/policy/election/guardrails.ts';
import { ReadingsCache } from '../../src/policy/election/readings.ts';
import { decided, drops, gateNamesOf, inputOf, policyOf, under, type Scene } from './inputs.ts';

const hour = 3_600_000;
const releases = '^v?[0-9.]+$';

describe('tighten', () => {
  it.each<[label: string, own: number | undefined, rules: Guardrails, expected: number | undefined]>([
    ['neither', undefined, {}, undefined],
    ['the policy alone', hour, {}, hour],
    ['the environment alone', undefined, { minAge: hour }, hour],
    ['a policy that asks for less', hour, { minAge: 2 * hour }, 2 * hour],
    ['a policy that asks for more', 2 * hour, { minAge: hour }, 2 * hour],
    ['a policy that asks for nothing at all', 0, { minAge: hour }, hour],
  ])('takes the greater minAge: %s', (_, minAge, rules, expected) => {
    expect(tighten(policyOf('semver:*', { minAge }), rules).minAge).toBe(expected);
  });

  it('leaves a policy as it is where no rule is stricter', () => {
    const policy = policyOf('semver:*', { minAge: hour });
    expect(tighten(policy, { minAge: hour, mode: 'commit', verify: 'required' })).toBe(policy);
  });
});

describe('the tags that an environment takes', () => {
  const rows: readonly [
    label: string,
    scene: Scene,
    expected: { elected: string | null; dropped: readonly string[]; gates: readonly string[] },
  ][] = [
    [
      'are all that is elected, and what is dropped for them comes near to it',
      { rule: 'semver:*-0', tags: ['1.0.0', '1.1.0-rc.1', '1.2.0-rc.1', 'main'], current: '1.0.0' },
      {
        elected: '1.0.0',
        dropped: ['1.2.0-rc.1:environment-tags', '1.1.0-rc.1:environment-tags', 'main:unparsable'],
        gates: [],
      },
    ],
    [
      'do not widen the policy',
      { rule: 'semver:^1', tags: ['1.0.0', '2.0.0'], current: '1.0.0' },
      { elected: '1.0.0', dropped: ['2.0.0:out-of-range'], gates: [] },
    ],
    [
      'do not make what is excluded a candidate',
      { rule: 'semver:*', policy: { exclude: ['1.1.0'] }, tags: ['1.0.0', '1.1.0'], current: '1.0.0' },
      { elected: '1.0.0', dropped: ['1.1.0:excluded'], gates: [] },
    ],
    [
      'are asked of the tag, not of what filterTags extracts',
      {
        rule: 'numeric:asc',
        policy: { filter: { pattern: '^main-(\\d+)$', extract: '$1' } },
        tags: ['main-2', '3'],
      },
      { elected: null, dropped: ['main-2:environment-tags', '3:filtered'], gates: [] },
    ],
    [
      'count for tags by creation time, before times are asked for',
      { rule: 'newest:', tags: ['main-1', '1.0.0'], created: { '1.0.0': 1_500_000_000_000 } },
      { elected: '1.0.0', dropped: ['main-1:environment-tags'], gates: [] },
    ],
    [
      'count for a tag that is followed by its digest',
      {
        rule: 'digest:stable',
        tags: ['stable'],
        current: 'stable@sha256:1',
        digests: { stable: 'sha256:2' },
      },
      { elected: null, dropped: ['stable:environment-tags'], gates: ['pinned'] },
    ],
    [
      'adopt a placeholder',
      { rule: 'semver:*', tags: ['1.0.0', '1.1.0-rc.1'], current: 'latest' },
      {
        elected: '1.0.0',
        dropped: ['1.1.0-rc.1:out-of-range'],
        gates: [],
      },
    ],
    [
      'adopt a value that never was a version of the policy',
      { rule: 'semver:*', tags: ['1.0.0'], current: 'bootstrap' },
      { elected: '1.0.0', dropped: [], gates: [] },
    ],
    [
      'pin a version of the policy that is none of them',
      { rule: 'semver:*-0', tags: ['1.1.0', '1.2.0'], current: '1.1.0-rc.1' },
      { elected: '1.2.0', dropped: ['1.1.0:outranked'], gates: ['pinned'] },
    ],
    [
      'never let a field go backwards',
      { rule: 'semver:*-0', tags: ['1.0.0', '1.1.0-rc.1'], current: '1.1.0-rc.1' },
      { elected: null, dropped: ['1.0.0:backwards', '1.1.0-rc.1:environment-tags'], gates: ['pinned'] },
    ],
    [
      'never forget a mark that is none of them',
      {
        rule: 'semver:*-0',
        tags: ['1.0.0', '1.1.0', '1.2.0-rc.1'],
        current: '1.0.0',
        past: ['1.0.0', '1.2.0-rc.1', '1.0.0'],
      },
      { elected: '1.0.0', dropped: ['1.1.0:rejected', '1.2.0-rc.1:environment-tags'], gates: [] },
    ],
  ];

  it.each(rows)('%s', (_, scene, expected) => {
    const decision = decided(under({ tags: releases }, scene));
    expect({ elected: decision.elected, dropped: drops(decision), gates: gateNamesOf(decision) }).toEqual(
      expected,
    );
  });

  it('are told with the environment that takes no others', () => {
    const decision = decided(
      under({ tags: releases }, { rule: 'semver:*-0', tags: ['1.0.0', '1.1.0-rc.1'], current: '1.0.0' }),
    );
    expect(decision.dropped).toEqual([
      {
        tag: '1.1.0-rc.1',
        rule: 'environment-tags',
        detail: 'the environment prod takes only tags that match "^v?[0-9.]+$"',
      },
    ]);
    const pinned = decided(
      under({ tags: releases }, { rule: 'semver:*-0', tags: ['1.2.0'], current: '1.1.0-rc.1' }),
    );
    expect(pinned.gates).toEqual([
      {
        gate: 'pinned',
        detail:
          'the environment prod takes only tags that match "^v?[0-9.]+$", and the current value 1.1.0-rc.1 is none of them; put one there by hand to go on',
      },
    ]);
  });

  it('are read anew where the rule changes, though the policy does not', () => {
    const cache = new ReadingsCache();
    const scene: Scene = { rule: 'semver:*', tags: ['1.0.0', 'v1.1.0'], current: '1.0.0' };
    const electedBy = (rules: Guardrails) => {
      const step = decide(inputOf(under(rules, scene)), cache);
      return 'decision' in step ? step.decision.elected : step;
    };
    expect([{}, { tags: '^[0-9.]+$' }, { tags: '^v' }, {}].map(electedBy)).toEqual([
      'v1.1.0',
      '1.0.0',
      'v1.1.0',
      'v1.1.0',
    ]);
  });
});

describe('a demand that this version cannot meet', () => {
  it.each<[rules: Guardrails, detail: string]>([
    [{ mode: 'pullRequest' }, 'rules.mode: pullRequest, but this version opens no pull requests'],
    [{ verify: 'required' }, 'rules.verify: required, but this version checks no signatures'],
    [
      { mode: 'pullRequest', verify: 'required' },
      'rules.mode: pullRequest and rules.verify: required, but this version opens no pull requests and checks no signatures',
    ],
  ])('stops every release: %o', (rules, detail) => {
    const decision = decided(under(rules, { rule: 'semver:*', tags: ['1.0.0', '1.1.0'], current: '1.0.0' }));
    expect(decision.elected).toBe('1.1.0');
    expect(decision.gates).toEqual([
      {
        gate: 'not-supported',
        detail: `the environment prod has ${detail}; take that out of tallyman.yaml, or edit the field by hand`,
      },
    ]);
  });

  it('is none where releases are committed', () => {
    expect(gateNamesOf(decided(under({ mode: 'commit' }, { rule: 'semver:*', tags: ['1.0.0'] })))).toEqual(
      [],
    );
  });
});
