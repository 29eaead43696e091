import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob } from '../../src/core/glob.ts';
import { convert } from '../../src/convert/convert.ts';
import { globOf } from '../../src/convert/glob-of.ts';
import { policyText } from '../../src/convert/policy-text.ts';
import { shorthandText } from '../../src/convert/shorthand-text.ts';
import { parseRepository } from '../../src/image/reference.ts';
import { parseTag } from '../../src/image/tag.ts';
import type { Policy, Rule } from '../../src/policy/model.ts';
import { annotationPolicy, parseShorthand } from '../../src/policy/document/shorthand.ts';
import { load } from '../policy/documents.ts';
import { automation, fluxPolicies, workload } from './files.ts';

const place = { file: 'web.yaml', line: 1, column: 1 };
const image = parseRepository('ghcr.io/acme/web');
const stable = parseTag('1.10');
if (image === undefined || stable === undefined) throw new Error('the image or the tag of the tests is none');

const order = fc.constantFrom('newest', 'semver', 'numeric', 'alphabetical' as const);
const direction = fc.constantFrom('asc', 'desc' as const);
/** Texts that YAML would read as something else, if they were not quoted. */
const pattern = fc.constantFrom(
  '*',
  '1.10',
  'yes',
  '- a',
  'main-*',
  '# no',
  "it's",
  'a: b',
  '~',
  'null',
  '1e3',
  '"',
  '0x1F',
);
const rules: fc.Arbitrary<Rule> = fc.oneof(
  fc.record({
    kind: fc.constant('semver' as const),
    range: fc.constantFrom('~1.4', '1.10', '*', '>=1.0.0 <2.0.0'),
    strict: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('glob' as const), pattern, order }),
  fc.record({
    kind: fc.constant('regex' as const),
    pattern: fc.constantFrom('^(a)$', '(?P<x>.)', '1'),
    extract: fc.constantFrom(undefined, '$0'),
    order,
  }),
  fc.record({ kind: fc.constant('numeric' as const), order: direction }),
  fc.record({ kind: fc.constant('alphabetical' as const), order: direction }),
  fc.constant({ kind: 'newest' as const }),
  fc.constant({ kind: 'digest' as const, tag: stable }),
);
const policies: fc.Arbitrary<Policy> = fc
  .record({
    rule: rules,
    exclude: fc.array(pattern, { maxLength: 2 }),
    filter: fc.constantFrom(
      undefined,
      { pattern: '^(a)-x$', extract: '$1' },
      { pattern: ' x: #', extract: undefined },
    ),
    pin: fc.boolean(),
    allowDowngrade: fc.boolean(),
    hold: fc.constantFrom(undefined, { reason: 'no: never', by: 'Ann', until: undefined }),
    namespace: fc.constantFrom(undefined, 'flux-system'),
  })
  .map(({ rule, pin, ...more }) => {
    const made = annotationPolicy('web', place, image, rule);
    return { ...made, ...more, digest: pin ? 'pin' : made.digest, dialect: 'tallyman' as const };
  });

describe('the text of a policy', () => {
  it('is read as that policy', () => {
    fc.assert(
      fc.property(policies, fc.constantFrom([], ['a/*.yaml', 'b']), (policy, paths) => {
        const text = policyText({ name: 'web', policy, paths });
        if ('unequal' in text) throw new Error(text.unequal);
        const loaded = load(text.text);
        expect(loaded.problems).toEqual([]);
        expect(loaded.policy).toEqual({ ...policy, paths });
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, Partial<Policy>, string]>([
    [
      'a level',
      {
        rule: { kind: 'semver', range: '*', strict: false, relative: { level: 'minor', prerelease: 'any' } },
      },
      'a level above',
    ],
    [
      'an exclusion that is no glob',
      { excludePatterns: ['^(a|b)$'] },
      'the exclusion by the regular expression ^(a|b)$',
    ],
  ])('is not there for %s', (_, part, why) => {
    const policy = { ...annotationPolicy('web', place, image, { kind: 'newest' }), ...part };
    expect(policyText({ name: 'web', policy, paths: [] })).toEqual({
      unequal: expect.stringContaining(why) as string,
    });
  });

  it('holds exclusions that are globs, and not those that there are anyway', () => {
    const policy = {
      ...annotationPolicy('web', place, image, { kind: 'newest' }),
      excludePatterns: ['^.*\\.sig$', '-debug$'],
    };
    expect(policyText({ name: 'web', policy, paths: [] })).toEqual({
      text: expect.stringContaining('exclude:\n    - "*-debug"\n') as string,
    });
  });
});

describe('the text of an annotation', () => {
  it('is read as the same rule, or is not there', () => {
    let count = 0;
    fc.assert(
      fc.property(policies, (policy) => {
        const text = shorthandText(policy);
        if (text === undefined) return;
        count += 1;
        expect(parseShorthand(text)).toEqual({ rule: policy.rule });
      }),
      { numRuns: 300 },
    );
    expect(count).toBeGreaterThan(5);
  });
});

describe('a regular expression as a glob', () => {
  const pieces = fc.array(fc.constantFrom('a', 'b', '.*', '\\.', '-', '1'), { maxLength: 5 });
  const patterns = fc
    .tuple(fc.constantFrom('^', ''), pieces, fc.constantFrom('$', ''))
    .map(([open, body, close]) => `${open}${body.join('')}${close}`)
    .filter((text) => text !== '^$'); // no tag is empty
  const tags = fc
    .array(fc.constantFrom('a', 'b', '.', '-', '1', 'x'), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.join(''));

  it('matches the same tags', () => {
    fc.assert(
      fc.property(patterns, tags, (text, tag) => {
        const glob = compileGlob(globOf(text) ?? '', 'tag');
        if ('error' in glob) throw new Error(glob.error);
        expect([text, tag, glob.matches(tag)]).toEqual([text, tag, new RegExp(text).test(tag)]);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['^$', 'a|b', '(a)', '[ab]', 'a+', 'a?', 'a.b', '\\d', '(?i)a', 'a{2}', '^a$|b', '\\'])(
    'is not there for %s',
    (text) => {
      expect(globOf(text)).toBeUndefined();
    },
  );
});

describe('converting anything', () => {
  const parts = [
    workload(['keel.sh/policy: minor'], 'web:1.2.3'),
    workload(['fluxcd.io/automated: "true"', 'fluxcd.io/tag.web: semver:~1'], 'web:1.2.3'),
    `${fluxPolicies('flux-system', 'web')}${automation()}`,
    'image: web:1 # {"$imagepolicy": "flux-system:web"}\n',
  ];
  const damaged = fc
    .tuple(
      fc.constantFrom(...parts),
      fc.nat(400),
      fc.nat(3),
      fc.constantFrom('', ' ', '\n', ':', '{', '}', '- ', '&a ', '*a', '"', '#', '\r\n', '\t'),
    )
    .map(([text, at, gone, put]) => text.slice(0, at) + put + text.slice(at + gone));

  it('neither throws nor touches what was there', () => {
    fc.assert(
      fc.property(fc.array(damaged, { minLength: 1, maxLength: 3 }), (texts) => {
        const files = texts.map((text, index) => ({ path: `f${index}.yaml`, text }));
        const edited = [...convert(files).files.values()].filter(
          ({ before, after, isNew }) => !isNew && !after.includes('$tallyman') && !before.includes('{'),
        );
        expect(edited.map(({ after }) => withoutOurs(after))).toEqual(
          edited.map(({ before }) => withoutOurs(before)),
        );
      }),
      { numRuns: 400 },
    );
  });
});

/** The line `annotations:` may be new as well. */
function withoutOurs(text: string): string {
  const lines = text.split('\n');
  return lines.filter((line) => !line.includes('tallyman.dev/') && line.trim() !== 'annotations:').join('\n');
}
