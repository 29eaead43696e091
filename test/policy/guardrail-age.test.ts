import { describe, expect, it } from 'vitest';
import { decide } from '../../src/policy/election/decide.ts';
import { decided, inputOf, now, under, type Scene } from './inputs.ts';

const hour = 3_600_000;

const scene = (seen: number, minAge?: number): Scene => ({
  rule: 'semver:*',
  policy: { minAge },
  tags: ['1.0.0', '1.1.0'],
  current: '1.0.0',
  more: {
    facts: { ...inputOf({ rule: 'semver:*', tags: ['1.0.0', '1.1.0'] }).facts, seen: { '1.1.0': seen } },
  },
});

const follow = (seen: number | undefined, digest: string | undefined): Scene => ({
  rule: 'digest:stable',
  current: 'stable@sha256:1',
  more: {
    facts: {
      ...inputOf({
        rule: 'digest:stable',
        tags: ['stable'],
        digests: digest === undefined ? {} : { stable: digest },
      }).facts,
      ...(seen === undefined ? {} : { seen: { stable: seen } }),
    },
  },
});

const pin = (change: Partial<Scene['more']> = {}, current = '1.0.0'): Scene => ({
  rule: 'semver:*',
  policy: { digest: 'pin' },
  current,
  more: {
    facts: inputOf({ rule: 'semver:*', tags: ['1.0.0'], digests: { '1.0.0': 'sha256:1' } }).facts,
    wantsDigest: true,
    ...change,
  },
});
const pinSeen = (at: number) => ({ facts: { ...inputOf(pin()).facts, seen: { '1.0.0': at } } });

/** In an environment that asks for a day. */
const step = (one: Scene) => decide(inputOf(under({ minAge: 24 * hour }, one)));

describe('the age that an environment asks for', () => {
  it.each<[label: string, own: number | undefined, age: number, expected: string]>([
    ['young', undefined, 23 * hour, '1.0.0'],
    ['old enough', undefined, 24 * hour, '1.1.0'],
    ['old enough for the policy only', hour, 2 * hour, '1.0.0'],
    ['old enough for the environment only', 48 * hour, 25 * hour, '1.0.0'],
    ['old enough for both', 48 * hour, 48 * hour, '1.1.0'],
  ])('%s', (_, own, age, expected) => {
    expect(decided(under({ minAge: 24 * hour }, scene(now - age, own))).elected).toBe(expected);
  });

  it('is told with the environment that asks for it', () => {
    const [environment] = decided(under({ minAge: 24 * hour }, scene(now - hour))).dropped;
    expect(environment).toEqual({
      tag: '1.1.0',
      rule: 'too-young',
      detail:
        'known since 2026-11-20T23:00:00.000Z; old enough at 2026-11-21T23:00:00.000Z by minAge of the environment prod',
    });
    const [policy] = decided(under({ minAge: hour }, scene(now - hour, 24 * hour))).dropped;
    expect(policy?.detail).toBe(
      'known since 2026-11-20T23:00:00.000Z; old enough at 2026-11-21T23:00:00.000Z',
    );
  });

  describe('of a tag that is followed by its digest', () => {
    it('concerns a new digest only', () => {
      expect(step(follow(undefined, undefined))).toEqual({ needs: [{ kind: 'digest', tag: 'stable' }] });
      expect(step(follow(undefined, 'sha256:1'))).toMatchObject({
        decision: { elected: 'stable', digest: 'sha256:1' },
      });
      expect(step(follow(undefined, 'sha256:2'))).toEqual({ needs: [{ kind: 'age', tag: 'stable' }] });
    });

    it('keeps the field where it is until the digest is old enough', () => {
      expect(step(follow(now - hour, 'sha256:2'))).toMatchObject({
        decision: { elected: null, dropped: [{ rule: 'too-young' }] },
      });
      expect(step(follow(now - 24 * hour, 'sha256:2'))).toMatchObject({
        decision: { elected: 'stable', digest: 'sha256:2' },
      });
    });
  });

  describe('of a digest that is added to the tag', () => {
    it('keeps it out until it is old enough', () => {
      expect(step(pin())).toEqual({ needs: [{ kind: 'age', tag: '1.0.0' }] });
      expect(step(pin(pinSeen(now - hour)))).toMatchObject({
        decision: { elected: null, gates: [], dropped: [{ rule: 'too-young' }] },
      });
      expect(step(pin(pinSeen(now - 24 * hour)))).toMatchObject({
        decision: { elected: '1.0.0', digest: 'sha256:1' },
      });
    });

    it('does not concern a field that holds it, or can hold none', () => {
      expect(step(pin({}, '1.0.0@sha256:1'))).toMatchObject({ decision: { elected: '1.0.0' } });
      expect(step(pin({ wantsDigest: false }))).toMatchObject({ decision: { elected: '1.0.0' } });
    });
  });
});
