import { describe, expect, it } from 'vitest';
import { loadPolicy } from '../../src/policy/document/load.ts';
import { documentsOf, load, policyText } from './documents.ts';

describe('a whole policy', () => {
  it('is read with its defaults', () => {
    expect(load(policyText('policy: {semver: "~1.4"}'))).toEqual({
      problems: [],
      policy: {
        name: 'web',
        place: { file: 'web.yaml', line: 1, column: 1 },
        dialect: 'tallyman',
        image: { spelled: 'ghcr.io/acme/web', repository: 'ghcr.io/acme/web' },
        rule: { kind: 'semver', range: '~1.4', strict: false },
        filter: undefined,
        exclude: [],
        paths: [],
        targets: [],
        digest: 'keep',
        platforms: [],
        minAge: undefined,
        allowDowngrade: false,
        onRevert: 'skip',
        hold: undefined,
        group: undefined,
        service: undefined,
      },
    });
  });

  it('is read with everything that is carried out', () => {
    const text = policyText(
      'policy: {glob: {pattern: "main-*", order: numeric}}',
      'filterTags: {pattern: "^main-(?P<ts>[0-9]+)$", extract: "$ts"}',
      'exclude: ["*-debug", "1.5.0"]',
      'paths: ["clusters/prod/**"]',
      'digest: pin',
      'allowDowngrade: true',
      'onRevert: hold',
      'hold: {reason: audit, by: ada, until: "2026-12-24T00:00:00Z"}',
      'mode: commit',
      'group: web-stack',
      'service: shop',
    );
    expect(load(text)).toMatchObject({
      problems: [],
      policy: {
        rule: { kind: 'glob', pattern: 'main-*', order: 'numeric' },
        filter: { pattern: '^main-(?P<ts>[0-9]+)$', extract: '$ts' },
        exclude: ['*-debug', '1.5.0'],
        paths: ['clusters/prod/**'],
        digest: 'pin',
        allowDowngrade: true,
        onRevert: 'hold',
        hold: { reason: 'audit', by: 'ada', until: Date.UTC(2026, 11, 24) },
        group: 'web-stack',
        service: 'shop',
      },
    });
  });

  const kinds: readonly (readonly [text: string, rule: object])[] = [
    ['{semver: {range: ">=1", strict: true}}', { kind: 'semver', range: '>=1', strict: true }],
    ['{semver: {range: ">=1"}}', { kind: 'semver', range: '>=1', strict: false }],
    ['{glob: "main-*"}', { kind: 'glob', pattern: 'main-*', order: 'newest' }],
    ['{regex: {pattern: "^v"}}', { kind: 'regex', pattern: '^v', extract: undefined, order: 'newest' }],
    [
      '{regex: {pattern: "(a)", extract: "$1", order: semver}}',
      { kind: 'regex', pattern: '(a)', extract: '$1', order: 'semver' },
    ],
    ['{numeric: {order: desc}}', { kind: 'numeric', order: 'desc' }],
    ['{numeric: {}}', { kind: 'numeric', order: 'asc' }],
    ['{alphabetical: {order: asc}}', { kind: 'alphabetical', order: 'asc' }],
    ['{newest: {}}', { kind: 'newest' }],
    ['{digest: {tag: stable}}', { kind: 'digest', tag: 'stable' }],
  ];
  it.each(kinds)('of kind %s', (kind, rule) => {
    const { policy, problems } = load(policyText(`policy: ${kind}`));
    expect(problems).toEqual([]);
    expect(policy?.rule).toEqual(rule);
    expect(policy?.digest).toBe('tag' in rule ? 'pin' : 'keep');
  });

  it('takes every key of Kubernetes metadata, and several documents', () => {
    const metadata =
      'metadata: {name: api, namespace: x, finalizers: [a], uid: b, annotations: {a: b}, labels: {c: d}}';
    const text = `${policyText('policy: {newest: {}}')}---\napiVersion: tallyman.dev/v1\nkind: ImagePolicy\n${metadata}\nspec: {image: redis, policy: {semver: 7.x}}\n`;
    const loaded = documentsOf(text).map((document) => loadPolicy(document, 'all.yaml'));
    expect(loaded.map(({ policy, problems }) => [policy?.name, policy?.place.line, problems])).toEqual([
      ['web', 1, []],
      ['api', 9, []],
    ]);
  });
});

/** The spec's lines (the first is line 7), then line:column and words of each problem. */
const bad: readonly (readonly [
  label: string,
  lines: readonly string[],
  problems: readonly [string, RegExp][],
])[] = [
  ['no kind', ['policy: {}'], [['7:11', /exactly one policy kind, there is none/]]],
  [
    'two kinds',
    ['policy:', '  semver: "1"', '  newest: {}'],
    [['8:5', /exactly one policy kind, there are semver and newest/]],
  ],
  [
    'an unknown kind',
    ['policy: {semvr: "1"}'],
    [['7:12', /unknown key spec\.policy\.semvr \(did you mean "semver"\?\)/]],
  ],
  [
    'an unknown key',
    ['policy: {newest: {}}', 'filterTag: {pattern: x}'],
    [['8:3', /spec\.filterTag \(did you mean "filterTags"\?\)/]],
  ],
  [
    'an unknown key of a kind',
    ['policy: {semver: {rnge: "1"}}'],
    [
      ['7:12', /spec\.policy\.semver\.range is missing/],
      ['7:21', /did you mean "range"\?/],
    ],
  ],
  [
    'a number as a tag',
    ['policy: {newest: {}}', 'exclude: ["a", 1.5]'],
    [['8:18', /spec\.exclude\[1\] is 1\.5; expected text; put it in quotes/]],
  ],
  [
    'a number as a range',
    ['policy: {semver: 1.4}'],
    [['7:20', /spec\.policy\.semver is 1\.4; expected text or a map; put it in quotes/]],
  ],
  ['a list as a range', ['policy: {semver: [a]}'], [['7:20', /is a list; expected text or a map/]]],
  [
    'nothing as a list',
    ['policy: {newest: {}}', 'exclude:'],
    [['8:11', /spec\.exclude is empty; expected a list/]],
  ],
  [
    'a wrong word',
    ['policy: {newest: {}}', 'digest: pinn'],
    [['8:11', /spec\.digest is "pinn"; expected pin or keep \(did you mean "pin"\?\)/]],
  ],
  ['a wrong order', ['policy: {glob: {pattern: a, order: semvr}}'], [['7:38', /did you mean "semver"\?/]]],
  [
    'a bad range',
    ['policy:', '  semver: "~1.4 foo"'],
    [['8:13', /spec\.policy\.semver: bad semver range: cannot read "foo"/]],
  ],
  [
    'a bad range in a map',
    ['policy: {semver: {range: "1x"}}'],
    [['7:28', /spec\.policy\.semver\.range: bad semver range/]],
  ],
  ['a bad glob', ['policy: {glob: "main-["}'], [['7:18', /bad glob: an opening bracket is never closed/]]],
  ['a bad regex', ['policy: {regex: {pattern: "(?=a)"}}'], [['7:29', /bad regular expression: .*RE2/]]],
  [
    'a bad group',
    ['policy: {regex: {pattern: "(?P<ts>a)", extract: "$tz"}}'],
    [['7:51', /no group named "tz" \(did you mean "ts"\?\)/]],
  ],
  [
    'a bad filter',
    ['policy: {newest: {}}', 'filterTags: {pattern: "(", extract: "$1"}'],
    [['8:25', /spec\.filterTags\.pattern: /]],
  ],
  [
    'a bad extract',
    ['policy: {newest: {}}', 'filterTags: {pattern: "a", extract: "$1"}'],
    [['8:39', /spec\.filterTags\.extract: there is no group 1; the pattern has 0/]],
  ],
  [
    'a bad exclude',
    ['policy: {newest: {}}', 'exclude: ["a", "[b"]'],
    [['8:18', /spec\.exclude\[1\]: bad glob/]],
  ],
  [
    'a bad path',
    ['policy: {newest: {}}', 'paths: ["/clusters/**"]'],
    [['8:11', /spec\.paths\[0\]: bad glob: .*slash/]],
  ],
  [
    'a bad platform',
    ['policy: {newest: {}}', 'platforms: ["linux-amd64"]'],
    [['8:15', /no platform; expected os\/architecture.*did you mean "linux\/amd64"\?/]],
  ],
  ['a bad duration', ['policy: {newest: {}}', 'minAge: 1 day'], [['8:11', /"1 day" is no duration/]]],
  ['a bad time', ['policy: {newest: {}}', 'hold: {until: tomorrow}'], [['8:17', /no RFC 3339 time/]]],
  [
    'a day that is none',
    ['policy: {newest: {}}', 'hold: {until: "2026-02-30T00:00:00Z"}'],
    [['8:17', /no RFC 3339 time/]],
  ],
  ['a bad tag to follow', ['policy: {digest: {tag: "a b"}}'], [['7:26', /"a b" is no tag/]]],
  [
    'a bad group name',
    ['policy: {newest: {}}', 'group: Web Stack'],
    [['8:10', /spec\.group: "Web Stack" is no name/]],
  ],
  [
    'several at once',
    ['policy: {semver: "x1"}', 'exclude: ["["]', 'minAge: x'],
    [
      ['7:20', /range/],
      ['8:13', /glob/],
      ['9:11', /duration/],
    ],
  ],
];

describe('a bad policy releases nothing and says where', () => {
  it.each(bad)('%s', (_label, lines, expected) => {
    const { policy, problems } = load(policyText(...lines));
    expect(policy).toBeUndefined();
    expect(problems.map(({ line, column }) => `${line}:${column}`)).toEqual(expected.map(([place]) => place));
    for (const [index, [, words]] of expected.entries()) expect(problems[index]?.message).toMatch(words);
    for (const problem of problems)
      expect(problem).toMatchObject({ code: 'bad-policy', file: 'web.yaml', policy: 'web' });
  });

  const images: readonly (readonly [image: string, words: RegExp])[] = [
    ['ghcr.io/acme/web:1.2', /the tag is elected, so leave it out/],
    ['ghcr.io/acme/Web', /no image repository; expected/],
    ['https://ghcr.io/acme/web', /no image repository/],
    ['""', /no image repository/],
  ];
  it.each(images)('image %s', (image, words) => {
    const text = policyText('policy: {newest: {}}').replace('ghcr.io/acme/web', image);
    expect(load(text).problems).toEqual([
      expect.objectContaining({ line: 6, column: 10, message: expect.stringMatching(words) }),
    ]);
  });

  it('without a name, an image or a spec', () => {
    const text = 'apiVersion: tallyman.dev/v1\nkind: ImagePolicy\nmetadata: {}\n';
    const { problems } = load(text);
    expect(problems.map(({ line, column, message }) => [line, column, message])).toEqual([
      [3, 1, 'metadata.name is missing; expected text'],
      [1, 1, 'spec is missing; expected a map'],
    ]);
  });

  it.each(['[]', 'text', '1', 'null', '{apiVersion: x}'])('that is %s altogether', (text) => {
    expect(load(text).policy).toBeUndefined();
    expect(load(text).problems.length).toBeGreaterThan(0);
  });

  it('and does not show long values in full', () => {
    const { problems } = load(policyText('policy: {newest: {}}', `digest: ${'x'.repeat(10_000)}`));
    expect(problems[0]?.message.length).toBeLessThan(200);
  });

  it('and takes keys that objects have by themselves for unknown keys', () => {
    const { problems } = load(policyText('policy: {constructor: {}, __proto__: {}}'));
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('spec.policy.constructor'),
      expect.stringContaining('spec.policy.__proto__'),
    ]);
  });
});

describe('what is understood but not carried out', () => {
  const rows: readonly (readonly [lines: readonly string[], place: string, words: RegExp])[] = [
    [
      ['policy: {promote: {from: web-staging, require: healthy}}'],
      '7:41',
      /^spec\.policy\.promote\.require is understood/,
    ],
    [['policy: {newest: {}}', 'verify: [{cosign: {key: {file: a}}}]'], '8:3', /^spec\.verify is/],
    [['policy: {newest: {}}', 'mode: pullRequest'], '8:3', /^spec\.mode: pullRequest is/],
    [
      ['policy: {newest: {}}', 'verify: [{cosign: {key: {file: a}}}]', 'mode: pullRequest'],
      '8:3',
      /^spec\.verify, spec\.mode: pullRequest are/,
    ],
  ];
  it.each(rows)('%s', (lines, place, words) => {
    const { policy, problems } = load(policyText(...lines));
    expect(policy).toBeUndefined();
    expect(problems.map(({ code, line, column }) => [code, `${line}:${column}`])).toEqual([
      ['not-supported', place],
    ]);
    expect(problems[0]?.message).toMatch(words);
  });
});
