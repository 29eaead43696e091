import { describe, expect, it } from 'vitest';
import { parsePlatform, type Platform } from '../../src/image/platform.ts';
import { mostExamined } from '../../src/policy/election/examine.ts';
import { decide } from '../../src/policy/election/decide.ts';
import type { DecisionInput } from '../../src/policy/election/decision.ts';
import { annotationPolicy } from '../../src/policy/document/shorthand.ts';
import { parseRepository } from '../../src/image/reference.ts';
import { parseTag } from '../../src/image/tag.ts';

const [amd64, arm64] = ['linux/amd64', 'linux/arm64/v8'].map((text) => parsePlatform(text)) as [
  Platform,
  Platform,
];

function input(
  tags: readonly string[],
  platforms: Record<string, readonly Platform[] | null>,
  current = '1.0.0',
): DecisionInput {
  const image = parseRepository('ghcr.io/acme/web');
  if (image === undefined) throw new Error('no image');
  const place = { file: 'a.yaml', line: 1, column: 1 };
  const policy = annotationPolicy('web', place, image, { kind: 'semver', range: '*', strict: false });
  const value = { tag: current, digest: null };
  return {
    policy: { ...policy, platforms: [amd64, arm64] },
    current: value,
    facts: { tags: tags.flatMap((tag) => parseTag(tag) ?? []), created: {}, digests: {}, platforms },
    past: [value],
    holds: [],
    wantsDigest: false,
    now: () => 0,
  };
}

describe('platforms', () => {
  it('are asked for best-first, one at a time', () => {
    const tags = ['1.0.0', '1.1.0', '1.2.0'];
    expect(decide(input(tags, {}))).toEqual({ needs: [{ kind: 'platforms', tag: '1.2.0' }] });
    expect(decide(input(tags, { '1.2.0': [amd64] }))).toEqual({
      needs: [{ kind: 'platforms', tag: '1.1.0' }],
    });
    const step = decide(input(tags, { '1.2.0': [amd64], '1.1.0': [arm64, amd64] }));
    expect(step).toMatchObject({ decision: { elected: '1.1.0' } });
    if (!('decision' in step)) throw new Error('more is needed');
    expect(step.decision.dropped.map(({ tag, rule }) => `${tag} ${rule}`)).toEqual([
      '1.0.0 outranked',
      '1.2.0 platform-missing',
    ]);
  });

  it('are not asked for the value that stands there, so nothing moves back', () => {
    expect(decide(input(['1.0.0', '1.1.0'], { '1.1.0': [amd64] }))).toMatchObject({
      decision: { elected: '1.0.0' },
    });
    expect(decide(input(['0.9.0', '1.1.0'], { '1.1.0': null }))).toMatchObject({
      decision: { elected: null },
    });
  });

  it('are asked for a bounded number of candidates', () => {
    const tags = Array.from({ length: 50 }, (_, index) => `1.${index + 1}.0`);
    const poor = Object.fromEntries(tags.map((tag) => [tag, [amd64]]));
    const step = decide(input(tags, poor));
    if (!('decision' in step)) throw new Error('more is needed');
    expect(step.decision).toMatchObject({
      elected: null,
      failed: expect.stringContaining('20 best candidates') as string,
    });
    const rules = step.decision.dropped.map(({ rule }) => rule);
    expect(rules.filter((rule) => rule === 'platform-missing')).toHaveLength(mostExamined);
    expect(rules.filter((rule) => rule === 'not-examined')).toHaveLength(tags.length - mostExamined);
    expect(step.decision.considered).toBe(tags.length);
  });
});

function aged(seen: Record<string, number | null>, now: number): DecisionInput {
  const base = input(['1.0.0', '1.1.0', '1.2.0'], {});
  return {
    ...base,
    now: () => now,
    policy: { ...base.policy, platforms: [], minAge: 1000 },
    facts: { ...base.facts, seen },
  };
}

describe('minAge', () => {
  it('passes over a young tag for an older good one', () => {
    expect(decide(aged({}, 5000))).toEqual({ needs: [{ kind: 'age', tag: '1.2.0' }] });
    const step = decide(aged({ '1.2.0': 4001, '1.1.0': 4000 }, 5000));
    expect(step).toMatchObject({ decision: { elected: '1.1.0' } });
    expect('decision' in step && step.decision.dropped).toContainEqual({
      tag: '1.2.0',
      rule: 'too-young',
      detail: 'known since 1970-01-01T00:00:04.001Z; old enough at 1970-01-01T00:00:05.001Z',
    });
  });

  it.each([
    ['a tag that is gone', { '1.2.0': null, '1.1.0': null }],
    ['tags that are all young', { '1.2.0': 4500, '1.1.0': 4500 }],
  ])('elects nothing new from %s', (_, seen) => {
    expect(decide(aged(seen, 5000))).toMatchObject({ decision: { elected: '1.0.0' } });
  });
});
