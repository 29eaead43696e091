import { describe, expect, it } from 'vitest';
import { parseRepository } from '../../src/image/reference.ts';
import { describeRule } from '../../src/policy/election/describe.ts';
import { annotationPolicy, parseShorthand } from '../../src/policy/document/shorthand.ts';

describe('annotation values', () => {
  const good: readonly (readonly [text: string, rule: object, words: string])[] = [
    ['semver:~1.4', { kind: 'semver', range: '~1.4', strict: false }, 'semver ~1.4'],
    [
      ' semver: >=1 <2 || 3.x ',
      { kind: 'semver', range: '>=1 <2 || 3.x', strict: false },
      'semver >=1 <2 || 3.x',
    ],
    ['glob:main-*', { kind: 'glob', pattern: 'main-*', order: 'newest' }, 'glob main-* by newest'],
    ['glob:v* order=semver', { kind: 'glob', pattern: 'v*', order: 'semver' }, 'glob v* by semver'],
    [
      'regex:^v\\d+$ order=alphabetical',
      { kind: 'regex', pattern: '^v\\d+$', extract: undefined, order: 'alphabetical' },
      'regex ^v\\d+$ by alphabetical',
    ],
    [
      'regex:a:b',
      { kind: 'regex', pattern: 'a:b', extract: undefined, order: 'newest' },
      'regex a:b by newest',
    ],
    ['numeric:asc', { kind: 'numeric', order: 'asc' }, 'numeric asc'],
    ['numeric:desc', { kind: 'numeric', order: 'desc' }, 'numeric desc'],
    ['alphabetical:asc', { kind: 'alphabetical', order: 'asc' }, 'alphabetical asc'],
    ['newest:main-*', { kind: 'glob', pattern: 'main-*', order: 'newest' }, 'glob main-* by newest'],
    ['newest:', { kind: 'newest' }, 'newest'],
    ['digest:stable', { kind: 'digest', tag: 'stable' }, 'digest of stable'],
  ];
  it.each(good)('%s', (text, rule, words) => {
    const read = parseShorthand(text);
    expect(read).toEqual({ rule });
    expect('rule' in read && describeRule(read.rule)).toBe(words);
  });

  it('policy:web names a policy', () => expect(parseShorthand('policy: web')).toEqual({ policyName: 'web' }));

  const bad: readonly (readonly [text: string, words: RegExp])[] = [
    ['', /no policy; expected KIND:VALUE/],
    ['semver', /expected KIND:VALUE.*did you mean "semver"/],
    ['semvr:1', /"semvr" is not known.*did you mean "semver"/],
    ['~1.4', /expected KIND:VALUE/],
    [':1', /policy kind "" is not known/],
    ['semver:', /empty alternative/],
    ['semver:latest', /bad semver range/],
    ['glob:', /bad glob: the pattern is empty/],
    ['glob:[a', /bad glob/],
    ['glob:a order=semvr', /order= "semvr" is not known.*did you mean "semver"/],
    ['glob:a sort=semver', /cannot read "sort=semver" after the pattern/],
    ['regex:(', /bad regular expression/],
    ['regex:', /bad regular expression: the pattern is empty/],
    ['numeric:up', /numeric: "up" is not known; expected asc, desc/],
    ['digest:', /"" is no tag/],
    ['digest:a b', /"a b" is no tag/],
    ['policy:', /is no name/],
    ['policy:ns:web', /is no name/],
    [`semver:${'1||'.repeat(5000)}1`, /at most/],
    [`regex:${'a '.repeat(2000)}`, /after the pattern|at most/],
  ];
  it.each(bad)('%s', (text, words) => {
    expect(parseShorthand(text)).toEqual({ error: expect.stringMatching(words) });
  });
});

describe('the policy of an annotation', () => {
  const place = { file: 'a.yaml', line: 3, column: 5 };
  const image = parseRepository('redis');
  if (image === undefined) throw new Error('not read');

  it('has the defaults of a file', () => {
    const policy = annotationPolicy('web', place, image, { kind: 'newest' });
    expect(policy).toMatchObject({
      dialect: 'annotation',
      place,
      image,
      digest: 'keep',
      onRevert: 'skip',
      allowDowngrade: false,
    });
    expect(policy).toMatchObject({ hold: undefined, group: undefined, exclude: [], paths: [] });
  });

  it('takes the other annotations', () => {
    const hold = { reason: 'x', by: '', until: undefined };
    const options = { digest: 'pin', group: 'g', onRevert: 'hold', hold } as const;
    expect(annotationPolicy('web', place, image, { kind: 'newest' }, options)).toMatchObject(options);
  });

  it('pins where it follows a digest', () => {
    const read = parseShorthand('digest:stable');
    if (!('rule' in read)) throw new Error('not read');
    expect(annotationPolicy('web', place, image, read.rule, { digest: 'keep' }).digest).toBe('pin');
  });
});
