import type { Scene } from './inputs.ts';

/** Label, scene, what is elected, and (where it matters) what drops the others, in the trace's order. */
export type DecideRow = readonly [
  label: string,
  scene: Scene,
  elected: string | null,
  drops?: readonly string[],
];
export const decideRows: readonly DecideRow[] = [
  [
    'semver: highest in range',
    { rule: 'semver:~1.4', tags: ['1.4.0', '1.5.0', '1.4.2', '1.3.9'], current: '1.4.0' },
    '1.4.2',
    ['1.4.0:outranked', '1.5.0:out-of-range', '1.3.9:out-of-range'],
  ],
  [
    'semver: the current value is the highest',
    { rule: 'semver:*', tags: ['1.0.0', '1.1.0'], current: '1.1.0' },
    '1.1.0',
    ['1.0.0:backwards'],
  ],
  [
    'semver: pre-releases only where the range has one',
    { rule: 'semver:>=1', tags: ['1.0.0', '1.1.0-rc.1'] },
    '1.0.0',
  ],
  [
    'semver: pre-releases',
    { rule: 'semver:>=1.0.0-0', tags: ['1.0.0', '1.1.0-rc.9', '1.1.0-rc.10'] },
    '1.1.0-rc.10',
  ],
  [
    'semver: unparsable tags are counted',
    { rule: 'semver:*', tags: ['main', '1.0.0', 'x'] },
    '1.0.0',
    ['x:unparsable', 'main:unparsable'],
  ],
  ['semver: only unparsable tags', { rule: 'semver:*', tags: ['main', 'x'], current: '1.0.0' }, null],
  ['semver: short tags count', { rule: 'semver:*', tags: ['1.2', 'v2', '1.9.9'] }, 'v2'],
  [
    'semver: calendar versions',
    { rule: 'semver:*', tags: ['2025.02.03', '2025.11.01', '2025.9.30'] },
    '2025.11.01',
  ],
  [
    'semver: the longer spelling wins a tie',
    { rule: 'semver:*', tags: ['1.2', '1.2.0', 'v1.2'] },
    'v1.2.0'.slice(1),
  ],
  [
    'semver: then the later in byte order',
    { rule: 'semver:*', tags: ['1.2.0', '1.2.00', '01.2.0'] },
    '1.2.00',
  ],
  [
    'semver: the current value wins a tie',
    { rule: 'semver:*', tags: ['1.2', '1.2.0'], current: '1.2' },
    '1.2',
    ['1.2.0:outranked'],
  ],
  [
    'semver: equal to a current value that is gone',
    { rule: 'semver:*', tags: ['1.2.0'], current: '1.2' },
    null,
    ['1.2.0:outranked'],
  ],
  [
    'never backwards',
    { rule: 'semver:*', tags: ['1.0.0', '1.1.0'], current: '2.0.0' },
    null,
    ['1.1.0:backwards', '1.0.0:backwards'],
  ],
  [
    'backwards where allowed',
    { rule: 'semver:*', policy: { allowDowngrade: true }, tags: ['1.0.0', '1.1.0'], current: '2.0.0' },
    '1.1.0',
  ],
  ['no tags', { rule: 'semver:*', tags: [], current: '1.0.0' }, null, []],
  [
    'default exclusions',
    {
      rule: 'alphabetical:asc',
      tags: [
        'a',
        'a.sig',
        'a.att',
        'a.sbom',
        'latest',
        `sha256-${'a'.repeat(64)}`,
        `sha256-${'a'.repeat(64)}.sig`,
      ],
    },
    'a',
  ],
  [
    'latest where it is named',
    { rule: 'glob:{latest,stable} order=alphabetical', tags: ['latest', 'edge'] },
    'latest',
  ],
  [
    'latest where only a wildcard takes it',
    { rule: 'glob:late* order=alphabetical', tags: ['latest'] },
    null,
    ['latest:default-exclusion'],
  ],
  [
    'exclude',
    { rule: 'semver:*', policy: { exclude: ['*-debug', '1.5.0'] }, tags: ['1.4.0', '1.5.0', '1.6.0-debug'] },
    '1.4.0',
    ['1.6.0-debug:excluded', '1.5.0:excluded'],
  ],
  [
    'no tag by the grammar',
    { rule: 'alphabetical:asc', tags: ['a', 'z z', 'é', ''] },
    'a',
    ['é:not-a-tag', 'z z:not-a-tag', ':not-a-tag'],
  ],
  [
    'filterTags: the order reads what is extracted',
    {
      rule: 'numeric:asc',
      policy: { filter: { pattern: '^main-[0-9a-f]+-(?P<ts>[0-9]+)$', extract: '$ts' } },
      tags: ['main-aa-5', 'main-bb-12', 'main-zz-99', 'dev-aa-100'],
    },
    'main-bb-12',
    ['main-aa-5:outranked', 'main-zz-99:filtered', 'dev-aa-100:filtered'],
  ],
  [
    'filterTags: two tags that extract to one value are both kept',
    {
      rule: 'numeric:asc',
      policy: { filter: { pattern: '-(\\d+)$', extract: '$1' } },
      tags: ['aa-7', 'b-7', 'c-6'],
    },
    'aa-7',
    ['b-7:outranked', 'c-6:outranked'],
  ],
  [
    'filterTags: variants',
    {
      rule: 'semver:*',
      policy: { filter: { pattern: '^(.*)-alpine$', extract: '$1' } },
      tags: ['1.2.0-alpine', '1.3.0', '1.2.9-alpine'],
    },
    '1.2.9-alpine',
  ],
  [
    'filterTags: a group without a match gives nothing',
    { rule: 'numeric:asc', policy: { filter: { pattern: '^a(\\d+)?$', extract: '$1' } }, tags: ['a', 'a1'] },
    'a1',
    ['a:unparsable'],
  ],
  [
    'glob by semver',
    { rule: 'glob:v* order=semver', tags: ['v1.9', 'v1.10', '2.0', 'vx'] },
    'v1.10',
    ['v1.9:outranked', '2.0:no-match', 'vx:unparsable'],
  ],
  [
    'glob by semver takes pre-releases',
    { rule: 'glob:* order=semver', tags: ['1.0.0', '1.1.0-rc.1'] },
    '1.1.0-rc.1',
  ],
  ['glob by text', { rule: 'glob:main-* order=alphabetical', tags: ['main-20', 'main-3', 'x'] }, 'main-3'],
  ['regex is not anchored', { rule: 'regex:\\d{3} order=alphabetical', tags: ['a123', 'b12'] }, 'a123'],
  [
    'regex with extract',
    {
      rule: 'regex:x',
      policy: { rule: { kind: 'regex', pattern: '^b(\\d+)-', extract: '$1', order: 'numeric' } },
      tags: ['b9-z', 'b10-a'],
    },
    'b10-a',
  ],
  [
    'numeric: exact beyond doubles',
    {
      rule: 'numeric:asc',
      tags: ['20240101120000006', '20240101120000007', '9007199254740993', '9007199254740992'],
    },
    '20240101120000007',
  ],
  ['numeric: decimals', { rule: 'numeric:asc', tags: ['1.10', '1.9', '1.100', '01.2'] }, '1.9'],
  ['numeric: desc', { rule: 'numeric:desc', tags: ['3', '10', '2'] }, '2'],
  [
    'numeric: desc never goes back up',
    { rule: 'numeric:desc', tags: ['3', '10'], current: '2' },
    null,
    ['3:backwards', '10:backwards'],
  ],
  ['numeric: no floats', { rule: 'numeric:asc', tags: ['1e3', '0x10', 'inf', 'NaN', '1_000', '7'] }, '7'],
  ['numeric: a tie', { rule: 'numeric:asc', tags: ['7', '007', '7.0'] }, '7.0'],
  ['alphabetical: byte order', { rule: 'alphabetical:asc', tags: ['a', 'Z', '10', '9'] }, 'a'],
  ['alphabetical: desc', { rule: 'alphabetical:desc', tags: ['a', 'Z', '10', '9'] }, '10'],
  [
    'newest',
    {
      rule: 'newest:main-*',
      tags: ['main-a', 'main-b', 'x'],
      created: { 'main-a': Date.UTC(2026, 1, 2), 'main-b': Date.UTC(2026, 1, 1) },
    },
    'main-a',
    ['main-b:outranked', 'x:no-match'],
  ],
  [
    'newest: times that cannot be',
    {
      rule: 'newest:',
      tags: ['a', 'b', 'c'],
      created: { a: null, b: Date.UTC(2012, 11, 31), c: Date.UTC(2013, 0, 1) },
    },
    'c',
    ['b:no-creation-time', 'a:no-creation-time'],
  ],
  [
    'newest: never older than the current value',
    {
      rule: 'newest:',
      tags: ['a', 'b'],
      current: 'b',
      created: { a: Date.UTC(2026, 1, 1), b: Date.UTC(2026, 1, 2) },
    },
    'b',
    ['a:backwards'],
  ],
  [
    'newest: nothing while the current time is not known',
    { rule: 'newest:', tags: ['a'], current: 'gone', created: { a: Date.UTC(2026, 1, 1), gone: null } },
    null,
    ['a:backwards'],
  ],
  [
    'newest: goes on where the time of a current value that is gone is known',
    {
      rule: 'newest:',
      tags: ['a'],
      current: 'gone',
      created: { a: Date.UTC(2026, 1, 2), gone: Date.UTC(2026, 1, 1) },
    },
    'a',
  ],
  [
    'newest: a tie in time',
    {
      rule: 'newest:',
      tags: ['a', 'b'],
      current: 'a',
      created: { a: Date.UTC(2026, 1, 2), b: Date.UTC(2026, 1, 2) },
    },
    'a',
  ],
  [
    'digest',
    { rule: 'digest:stable', tags: ['stable', 'x'], current: 'stable', digests: { stable: 'sha256:2' } },
    'stable',
    ['x:no-match'],
  ],
  [
    'digest of latest',
    { rule: 'digest:latest', tags: ['latest'], digests: { latest: 'sha256:2' } },
    'latest',
  ],
  ['digest of a tag that is gone', { rule: 'digest:stable', tags: ['x'], current: 'stable' }, null],
  ['one tag twice', { rule: 'semver:*', tags: ['1.0.0', '1.0.0'] }, '1.0.0', ['1.0.0:outranked']],
  [
    'names that objects have',
    {
      rule: 'newest:',
      tags: ['constructor', '__proto__'],
      created: JSON.parse('{"__proto__": 1700000000000, "constructor": 1600000000000}') as Record<
        string,
        number
      >,
    },
    '__proto__',
  ],
];
