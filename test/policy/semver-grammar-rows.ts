/**
 * The table of operators and operands of the grammar's description, row by row: what each comparator takes of the releases and of the
 * pre-releases below. `a..b` is all from a to b; what is not named must be refused.
 */
export const releases = words(
  '0.0.0 0.0.3 0.0.4 0.2.0 0.2.3 0.2.9 0.3.0 0.9.9 1.0.0 1.1.9 1.2.0 1.2.2 1.2.3 1.2.4 1.2.9 1.3.0 1.9.9 2.0.0 2.9.9 3.0.0',
);
export const prereleases = words(
  '0.0.0-rc.1 0.2.3-rc.1 0.9.9-rc.1 1.0.0-rc.1 1.2.0-rc.1 1.2.3-beta 1.2.3-rc.1 1.2.3-rc.2 1.2.4-rc.1 1.3.0-rc.1 1.9.9-rc.1 2.0.0-rc.1 3.0.0-rc.1',
);

export interface OperatorRows {
  /** Two spellings of one operator. */
  readonly spellings: readonly string[];
  /** Label, operand, releases that it takes, pre-releases that it takes. */
  readonly rows: readonly (readonly [
    label: string,
    operand: string,
    releases: string,
    prereleases?: string,
  ])[];
}

const all = '0.0.0..3.0.0';
const allPre = '0.0.0-rc.1..3.0.0-rc.1';
const none = '';

export const operatorRows: readonly OperatorRows[] = [
  {
    spellings: ['', '='],
    rows: [
      ['full: that version', '1.2.3', '1.2.3'],
      ['full with v', 'v1.2.3', '1.2.3'],
      ['full with build, which plays no part', '1.2.3+b.1', '1.2.3'],
      ['full with leading zeros', '01.002.03', '1.2.3'],
      ['full with pre-release: that one alone', '1.2.3-rc.1', none, '1.2.3-rc.1'],
      ['no patch: that minor', '1.2', '1.2.0..1.2.9'],
      ['no patch, with v', 'v1.2', '1.2.0..1.2.9'],
      ['patch x', '1.2.x', '1.2.0..1.2.9'],
      ['patch X', '1.2.X', '1.2.0..1.2.9'],
      ['patch *', '1.2.*', '1.2.0..1.2.9'],
      ['no minor: that major', '1', '1.0.0..1.9.9'],
      ['no minor, with v', 'v1', '1.0.0..1.9.9'],
      ['minor x', '1.x', '1.0.0..1.9.9'],
      ['minor X', '1.X', '1.0.0..1.9.9'],
      ['minor *', '1.*', '1.0.0..1.9.9'],
      ['minor and patch wild', '1.x.*', '1.0.0..1.9.9'],
      ['minor wild, so the patch plays no part', '1.x.3', '1.0.0..1.9.9'],
      ['all wild', '*', all],
      ['all wild, x', 'x', all],
      ['all wild, X', 'X', all],
      ['all wild in three parts', '*.*.*', all],
      ['major wild, so the rest plays no part', 'x.2.3', all],
      ['major 0', '0', '0.0.0..0.9.9'],
      ['minor 0.0', '0.0', '0.0.0..0.0.4'],
      ['minor 0.2', '0.2', '0.2.0..0.2.9'],
      ['no patch, with pre-release', '1.2-0', '1.2.0..1.2.9', '1.2.0-rc.1..1.2.4-rc.1'],
      ['patch wild, with pre-release', '1.2.x-0', '1.2.0..1.2.9', '1.2.0-rc.1..1.2.4-rc.1'],
      ['no minor, with pre-release', '1-0', '1.0.0..1.9.9', '1.0.0-rc.1..1.9.9-rc.1'],
      ['all wild, with pre-release', '*-0', all, allPre],
    ],
  },
  {
    spellings: ['!='],
    rows: [
      ['full: all others', '1.2.3', '0.0.0..1.2.2 1.2.4..3.0.0'],
      ['full with v', 'v1.2.3', '0.0.0..1.2.2 1.2.4..3.0.0'],
      ['full with build, which plays no part', '1.2.3+b', '0.0.0..1.2.2 1.2.4..3.0.0'],
      ['full with pre-release', '1.2.3-rc.1', all, '0.0.0-rc.1..1.2.3-beta 1.2.3-rc.2..3.0.0-rc.1'],
      ['no patch: none of that minor', '1.2', '0.0.0..1.1.9 1.3.0..3.0.0'],
      ['patch x', '1.2.x', '0.0.0..1.1.9 1.3.0..3.0.0'],
      ['patch X', '1.2.X', '0.0.0..1.1.9 1.3.0..3.0.0'],
      ['patch *', '1.2.*', '0.0.0..1.1.9 1.3.0..3.0.0'],
      ['no minor: none of that major', '1', '0.0.0..0.9.9 2.0.0..3.0.0'],
      ['minor x', '1.x', '0.0.0..0.9.9 2.0.0..3.0.0'],
      ['minor *', '1.*', '0.0.0..0.9.9 2.0.0..3.0.0'],
      ['all wild: nothing', '*', none],
      ['all wild, x: nothing', 'x', none],
      ['major 0', '0', '1.0.0..3.0.0'],
      ['minor 0.0', '0.0', '0.2.0..3.0.0'],
      [
        'no patch, with pre-release',
        '1.2-0',
        '0.0.0..1.1.9 1.3.0..3.0.0',
        '0.0.0-rc.1..1.0.0-rc.1 1.3.0-rc.1..3.0.0-rc.1',
      ],
    ],
  },
  {
    spellings: ['>'],
    rows: [
      ['full: above it', '1.2.3', '1.2.4..3.0.0'],
      ['full with v', 'v1.2.3', '1.2.4..3.0.0'],
      ['full with build, which plays no part', '1.2.3+b', '1.2.4..3.0.0'],
      ['full with pre-release', '1.2.3-rc.1', '1.2.3..3.0.0', '1.2.3-rc.2..3.0.0-rc.1'],
      ['no patch: beyond that minor', '1.2', '1.3.0..3.0.0'],
      ['patch x', '1.2.x', '1.3.0..3.0.0'],
      ['patch *', '1.2.*', '1.3.0..3.0.0'],
      ['no minor: beyond that major', '1', '2.0.0..3.0.0'],
      ['minor x', '1.x', '2.0.0..3.0.0'],
      ['minor X', '1.X', '2.0.0..3.0.0'],
      ['all wild: nothing is beyond', '*', none],
      ['major 0', '0', '1.0.0..3.0.0'],
      ['minor 0.0', '0.0', '0.2.0..3.0.0'],
      ['patch 0.0.3', '0.0.3', '0.0.4..3.0.0'],
      ['the last', '3.0.0', none],
      ['no patch, with pre-release', '1.2-0', '1.3.0..3.0.0', '1.3.0-rc.1..3.0.0-rc.1'],
    ],
  },
  {
    spellings: ['>=', '=>'],
    rows: [
      ['full: from it on', '1.2.3', '1.2.3..3.0.0'],
      ['full with v', 'v1.2.3', '1.2.3..3.0.0'],
      ['full with build, which plays no part', '1.2.3+b', '1.2.3..3.0.0'],
      ['full with pre-release', '1.2.3-rc.1', '1.2.3..3.0.0', '1.2.3-rc.1..3.0.0-rc.1'],
      ['full with the least pre-release', '1.2.3-0', '1.2.3..3.0.0', '1.2.3-beta..3.0.0-rc.1'],
      ['no patch: from its start', '1.2', '1.2.0..3.0.0'],
      ['patch x', '1.2.x', '1.2.0..3.0.0'],
      ['patch *', '1.2.*', '1.2.0..3.0.0'],
      ['no minor: from its start', '1', '1.0.0..3.0.0'],
      ['minor x', '1.x', '1.0.0..3.0.0'],
      ['all wild', '*', all],
      ['major 0', '0', all],
      ['minor 0.2', '0.2', '0.2.0..3.0.0'],
      ['no patch, with pre-release', '1.2-0', '1.2.0..3.0.0', '1.2.0-rc.1..3.0.0-rc.1'],
      ['all wild, with pre-release', '*-0', all, allPre],
      ['the last', '3.0.0', '3.0.0'],
    ],
  },
  {
    spellings: ['<'],
    rows: [
      ['full: below it', '1.2.3', '0.0.0..1.2.2'],
      ['full with v', 'v1.2.3', '0.0.0..1.2.2'],
      ['full with build, which plays no part', '1.2.3+b', '0.0.0..1.2.2'],
      ['full with pre-release', '1.2.3-rc.2', '0.0.0..1.2.2', '0.0.0-rc.1..1.2.3-rc.1'],
      ['full with the least pre-release', '2.0.0-0', '0.0.0..1.9.9', '0.0.0-rc.1..1.9.9-rc.1'],
      ['no patch: before its start', '1.2', '0.0.0..1.1.9'],
      ['patch x', '1.2.x', '0.0.0..1.1.9'],
      ['patch *', '1.2.*', '0.0.0..1.1.9'],
      ['no minor: before its start', '1', '0.0.0..0.9.9'],
      ['minor x', '1.x', '0.0.0..0.9.9'],
      ['all wild: nothing is before', '*', none],
      ['major 0: nothing is before', '0', none],
      ['minor 0.2', '0.2', '0.0.0..0.0.4'],
      ['patch 0.0.3', '0.0.3', '0.0.0'],
      ['no patch, with pre-release', '1.2-0', '0.0.0..1.1.9', '0.0.0-rc.1..1.0.0-rc.1'],
    ],
  },
  {
    spellings: ['<=', '=<'],
    rows: [
      ['full: up to it', '1.2.3', '0.0.0..1.2.3'],
      ['full with v', 'v1.2.3', '0.0.0..1.2.3'],
      ['full with build, which plays no part', '1.2.3+b', '0.0.0..1.2.3'],
      ['full with pre-release', '1.2.3-rc.1', '0.0.0..1.2.2', '0.0.0-rc.1..1.2.3-rc.1'],
      ['no patch: through that minor', '1.2', '0.0.0..1.2.9'],
      ['patch x', '1.2.x', '0.0.0..1.2.9'],
      ['patch *', '1.2.*', '0.0.0..1.2.9'],
      ['no minor: through that major', '1', '0.0.0..1.9.9'],
      ['minor x', '1.x', '0.0.0..1.9.9'],
      ['all wild', '*', all],
      ['major 0', '0', '0.0.0..0.9.9'],
      ['minor 0.0', '0.0', '0.0.0..0.0.4'],
      ['no patch, with pre-release', '1.2-0', '0.0.0..1.2.9', '0.0.0-rc.1..1.2.4-rc.1'],
    ],
  },
  {
    spellings: ['~', '~>'],
    rows: [
      ['full: that minor, from it on', '1.2.3', '1.2.3..1.2.9'],
      ['full with v', 'v1.2.3', '1.2.3..1.2.9'],
      ['full with build, which plays no part', '1.2.3+b', '1.2.3..1.2.9'],
      ['full with pre-release', '1.2.3-rc.1', '1.2.3..1.2.9', '1.2.3-rc.1..1.2.4-rc.1'],
      ['no patch: that minor', '1.2', '1.2.0..1.2.9'],
      ['patch x', '1.2.x', '1.2.0..1.2.9'],
      ['patch *', '1.2.*', '1.2.0..1.2.9'],
      ['no minor: that major', '1', '1.0.0..1.9.9'],
      ['minor x', '1.x', '1.0.0..1.9.9'],
      ['all wild', '*', all],
      ['0.0.0 in full accepts everything', '0.0.0', all],
      ['patch 0.0.3', '0.0.3', '0.0.3..0.0.4'],
      ['minor 0.0', '0.0', '0.0.0..0.0.4'],
      ['major 0', '0', '0.0.0..0.9.9'],
      ['full below 1', '0.2.3', '0.2.3..0.2.9'],
      ['no patch, with pre-release', '1.2-0', '1.2.0..1.2.9', '1.2.0-rc.1..1.2.4-rc.1'],
      ['no minor, with pre-release', '1-0', '1.0.0..1.9.9', '1.0.0-rc.1..1.9.9-rc.1'],
      ['all wild, with pre-release', '*-0', all, allPre],
    ],
  },
  {
    spellings: ['^'],
    rows: [
      ['full: that major, from it on', '1.2.3', '1.2.3..1.9.9'],
      ['full with v', 'v1.2.3', '1.2.3..1.9.9'],
      ['full with build, which plays no part', '1.2.3+b', '1.2.3..1.9.9'],
      ['full with pre-release', '1.2.3-rc.1', '1.2.3..1.9.9', '1.2.3-rc.1..1.9.9-rc.1'],
      ['no patch: that major, from its start', '1.2', '1.2.0..1.9.9'],
      ['patch x', '1.2.x', '1.2.0..1.9.9'],
      ['no minor: that major', '1', '1.0.0..1.9.9'],
      ['minor x', '1.x', '1.0.0..1.9.9'],
      ['another major', '2', '2.0.0..2.9.9'],
      ['all wild', '*', all],
      ['below 1: that minor', '0.2.3', '0.2.3..0.2.9'],
      ['below 1, no patch', '0.2', '0.2.0..0.2.9'],
      ['below 1, patch x', '0.2.x', '0.2.0..0.2.9'],
      ['below 0.1: that patch', '0.0.3', '0.0.3'],
      ['0.0, no patch', '0.0', '0.0.0..0.0.4'],
      ['0, no minor', '0', '0.0.0..0.9.9'],
      ['0.0.0 in full', '0.0.0', '0.0.0'],
      ['below 1, with pre-release', '0.2.3-rc.1', '0.2.3..0.2.9', '0.2.3-rc.1'],
      ['no patch, with pre-release', '1.2-0', '1.2.0..1.9.9', '1.2.0-rc.1..1.9.9-rc.1'],
    ],
  },
];

/** What cannot stand after any operator. */
export const badOperands: readonly (readonly [label: string, operand: string])[] = [
  ['nothing', ''],
  ['a name', 'latest'],
  ['four parts', '1.2.3.4'],
  ['an empty part', '1..2'],
  ['a dot at the end', '1.2.'],
  ['a capital V', 'V1.2.3'],
  ['a part that is no number', '1.2y'],
  ['text behind', '1.2.3 foo'],
  ['an empty pre-release', '1.2.3-'],
  ['a leading zero in a pre-release', '1.2.3-rc.01'],
  ['more than 64 bits', '18446744073709551616'],
  ['a comma behind', '1,'],
];

/** White space that may stand anywhere around an operator and a version. */
export const spacings: readonly (readonly [label: string, before: string, between: string, after: string])[] =
  [
    ['a blank between', '', ' ', ''],
    ['a tab between', '', '\t', ''],
    ['blanks around', '  ', '', '  '],
    ['blanks everywhere', ' ', '  ', '\n'],
  ];

/** The versions of `list` that `text` names. */
export function named(text: string, list: readonly string[]): ReadonlySet<string> {
  return new Set(
    words(text).flatMap((word) => {
      const [from = '', to = from] = word.split('..');
      const [start, end] = [list.indexOf(from), list.indexOf(to)];
      if (start < 0 || end < start) throw new Error(`${word} is not in the list`);
      return list.slice(start, end + 1);
    }),
  );
}

function words(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}
