import { describe, expect, it } from 'vitest';
import { decide } from '../../src/policy/election/decide.ts';
import { created, historyRows } from './history-rows.ts';
import { decided, drops, gateNamesOf, inputOf, type Scene } from './inputs.ts';

const later: readonly (readonly [string, Scene, string | null])[] = [
  [
    'newest: what was taken back stays so after a release in between',
    { rule: 'newest:', tags: ['a', 'b', 'd'], created, current: 'b', past: ['b', 'a', 'd', 'a'] },
    'b',
  ],
  [
    'newest: taken back to a value that the field never held',
    { rule: 'newest:', tags: ['a', 'b', 'c'], created, current: 'a', past: ['a', 'c', 'b'] },
    'a',
  ],
  [
    'a downgrade that was taken back is not repeated',
    {
      rule: 'semver:*',
      policy: { allowDowngrade: true },
      tags: ['1.0.0'],
      current: '1.1.0',
      past: ['1.1.0', '1.0.0', '1.1.0'],
    },
    null,
  ],
];

describe('what people took back, later', () => {
  it.each(later)('%s', (_label, scene, elected) => expect(decided(scene).elected).toBe(elected));
});

describe('what people took back', () => {
  it.each(historyRows)('%s', (_label, scene, elected, gates, rejected) => {
    const decision = decided(scene);
    expect(decision.elected).toBe(elected);
    expect(gateNamesOf(decision)).toEqual(gates);
    expect(drops(decision).filter((text) => text.endsWith(':rejected'))).toEqual(
      rejected.map((tag) => `${tag}:rejected`),
    );
  });

  it('asks for digests only where they decide', () => {
    const scene: Scene = {
      rule: 'newest:',
      tags: ['a', 'b', 'c', 'd'],
      created,
      current: 'a',
      past: ['a', 'd', 'c@sha256:1', 'b@sha256:2', 'a'],
    };
    expect(decide(inputOf(scene))).toEqual({
      needs: [
        { kind: 'digest', tag: 'b' },
        { kind: 'digest', tag: 'c' },
      ],
    });
  });
});
