import { describe, expect, it } from 'vitest';
import { decide } from '../../src/policy/election/decide.ts';
import { decideRows } from './decide-rows.ts';
import { decided, drops, inputOf, type Scene } from './inputs.ts';

describe('decide', () => {
  const scenes = decideRows.map(([label, scene, elected, dropped]) => ({ label, scene, elected, dropped }));
  it.each(scenes)('$label', ({ scene, elected, dropped }) => {
    const decision = decided(scene);
    expect(decision.elected).toBe(elected);
    expect(drops(decision)).toEqual(dropped ?? drops(decision));
    expect(decision.considered).toBe(scene.tags?.length);
    expect(decision.dropped.length + (elected === null ? 0 : 1)).toBe(decision.considered);
    expect(decision.reason).not.toBe('');
    expect(decision.dropped.every(({ detail }) => detail !== '')).toBe(true);
  });
});

describe('what must be known first', () => {
  it('creation times of the candidates alone, and of the current value', () => {
    const scene: Scene = {
      rule: 'newest:main-*',
      tags: ['main-1', 'main-2', 'x'],
      current: 'main-0',
      created: { 'main-1': 5 },
    };
    expect(decide(inputOf(scene))).toEqual({ needs: [{ kind: 'created', tags: ['main-2', 'main-0'] }] });
  });

  it('nothing where there is no candidate', () => {
    expect(decided({ rule: 'newest:main-*', tags: ['x'], current: 'main-0' }).elected).toBeNull();
  });

  it('500 candidates at most', () => {
    expect(decide(inputOf({ rule: 'newest:', tags: numbered(500) }))).toHaveProperty('needs');
    const decision = decided({ rule: 'newest:', tags: [...numbered(501), 'a.sig'], current: 't3' });
    expect(decision).toMatchObject({
      elected: null,
      considered: 502,
      failed: expect.stringMatching(/501 tags.*narrow/),
    });
    expect(decision.dropped.filter(({ rule }) => rule === 'not-examined')).toHaveLength(501);
  });

  const wanting: readonly (readonly [label: string, scene: Scene])[] = [
    ['a field that holds one', { rule: 'semver:*', tags: ['1.0.0', '1.1.0'], more: { wantsDigest: true } }],
    ['a policy that pins', { rule: 'semver:*', policy: { digest: 'pin' }, tags: ['1.0.0', '1.1.0'] }],
  ];
  it.each(wanting)('the digest of the elected tag for %s', (_label, scene) => {
    expect(decide(inputOf(scene))).toEqual({ needs: [{ kind: 'digest', tag: '1.1.0' }] });
    expect(decided({ ...scene, digests: { '1.1.0': 'sha256:1' } })).toMatchObject({
      elected: '1.1.0',
      digest: 'sha256:1',
    });
    const gone = decided({ ...scene, digests: { '1.1.0': null } });
    expect(gone).toMatchObject({ elected: null, digest: null });
    expect(drops(gone)).toEqual(['1.0.0:outranked', '1.1.0:no-digest']);
    expect(gone.dropped[0]?.detail).toBe('a better tag could not be elected, and none stands in for it');
  });

  it('the digest for a policy that follows one', () => {
    expect(decide(inputOf({ rule: 'digest:stable', tags: ['stable'] }))).toEqual({
      needs: [{ kind: 'digest', tag: 'stable' }],
    });
  });

  it('nothing offline', () => {
    const offline = { offline: true };
    expect(
      decided({ rule: 'newest:', tags: ['a', 'b'], created: { a: Date.UTC(2026, 1, 1) }, more: offline }),
    ).toMatchObject({ elected: 'a' });
    expect(decided({ rule: 'digest:a', tags: ['a'], more: offline })).toMatchObject({
      elected: 'a',
      digest: null,
    });
  });
});

describe('the reason', () => {
  const reasons: readonly (readonly [scene: Scene, words: string])[] = [
    [
      { rule: 'semver:~1.4', tags: ['1.4.0', '1.4.2'], current: '1.4.0' },
      '1.4.2 is the highest version of 2 candidates for semver ~1.4',
    ],
    [
      { rule: 'semver:~1.4', tags: ['1.4.2'], current: '1.4.2' },
      '1.4.2 is already the only candidate for semver ~1.4',
    ],
    [
      { rule: 'semver:~1.4', tags: ['1.3.0', 'x', 'y'] },
      'none of 3 tags is a candidate for semver ~1.4 (1 out-of-range, 2 unparsable)',
    ],
    [
      { rule: 'semver:*', tags: ['1.0.0'], current: '2.0.0' },
      "the current value 2.0.0 is not in the registry's list, and no tag there can follow it (1 backwards)",
    ],
    [{ rule: 'semver:*', tags: [] }, 'the image has no tags, so there is nothing for semver *'],
  ];
  it.each(reasons)('%#', (scene, words) => expect(decided(scene).reason).toBe(words));
});

function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `t${index}`);
}
