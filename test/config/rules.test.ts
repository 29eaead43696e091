import { describe, expect, it } from 'vitest';
import { load, wrongs } from './config-file.ts';

const withRules = (...rules: readonly string[]) =>
  `repositories: [{name: fleet, url: https://git.example.com/fleet.git}]
environments:
${rules.map((text, index) => `  - name: env${index}\n    repository: fleet\n    paths: [a]\n    rules: ${text}\n`).join('')}`;

describe('the rules of an environment', () => {
  it('are read, and where they stand', async () => {
    const all = `{tags: "^v?[0-9.]+$", minAge: 1h30m, mode: pullRequest, verify: required, maxReleasesPerRun: 5}`;
    const { environments } = await load(withRules(all, '{}'));
    expect(environments.map(({ rules }) => rules)).toEqual([
      {
        tags: '^v?[0-9.]+$',
        minAge: 5_400_000,
        mode: 'pullRequest',
        verify: 'required',
        maxReleasesPerRun: 5,
      },
      {},
    ]);
    expect(environments.map(({ positions }) => positions)).toEqual([
      { entry: { line: 3, column: 5 }, mode: { line: 6, column: 49 }, verify: { line: 6, column: 68 } },
      { entry: { line: 7, column: 5 }, mode: { line: 10, column: 5 }, verify: { line: 10, column: 5 } },
    ]);
  });

  it('are none where none are written', async () => {
    const { environments } = await load(withRules('{}').replace(/\n *rules.*/, ''));
    expect(environments.map(({ rules, positions }) => ({ rules, positions }))).toEqual([
      {
        rules: {},
        positions: {
          entry: { line: 3, column: 5 },
          mode: { line: 3, column: 5 },
          verify: { line: 3, column: 5 },
        },
      },
    ]);
  });

  it.each<[label: string, rules: string, lines: readonly string[]]>([
    [
      'a bad pattern',
      '{tags: "^(v[0-9.]+$"}',
      [
        '6:19: environments[0].rules.tags: bad regular expression: error parsing regexp: missing closing ): `^(v[0-9.]+$` (the syntax is RE2: no look-around and no back-references)',
      ],
    ],
    [
      'a look-ahead, which RE2 has none of',
      '{tags: "^(?!main)"}',
      [
        '6:19: environments[0].rules.tags: bad regular expression: error parsing regexp: invalid or unsupported Perl syntax: `(?!` (the syntax is RE2: no look-around and no back-references)',
      ],
    ],
    [
      'a pattern that is too large',
      '{tags: "[a-z]{999}[a-z]{999}[a-z]{999}"}',
      [
        expect.stringMatching(
          /^6:19: environments\[0\]\.rules\.tags: bad regular expression: .*2000/,
        ) as string,
      ],
    ],
    [
      'an empty pattern',
      '{tags: ""}',
      ['6:19: environments[0].rules.tags: bad regular expression: the pattern is empty'],
    ],
    [
      'a list of patterns',
      '{tags: [a]}',
      ['6:19: environments[0].rules.tags: text is expected here, not a list'],
    ],
    [
      'a negative age',
      '{minAge: -1h}',
      ['6:21: environments[0].rules.minAge: "-1h" is no duration; write for example 30s, 5m or 1h30m'],
    ],
    [
      'an age without a unit',
      '{minAge: 24}',
      ['6:21: environments[0].rules.minAge: write a duration such as 30s, 5m or 1h30m'],
    ],
    [
      'an age of more than a year',
      '{minAge: 60w}',
      ['6:21: environments[0].rules.minAge: "60w" is outside 0s to 365d; write for example 30s, 5m or 1h30m'],
    ],
    [
      'a mode unlike any',
      '{mode: pullrequest}',
      [
        '6:19: environments[0].rules.mode: one of commit, pullRequest is expected here (did you mean "pullRequest"?)',
      ],
    ],
    [
      'verify by truth',
      '{verify: true}',
      ['6:21: environments[0].rules.verify: one of required is expected here'],
    ],
    [
      'no release at all in a run',
      '{maxReleasesPerRun: 0}',
      ['6:32: environments[0].rules.maxReleasesPerRun: the number is too small; at least 1 is needed'],
    ],
    [
      'an unknown key',
      '{minage: 1h}',
      ['6:13: environments[0].rules: unknown key "minage" (did you mean "minAge"?)'],
    ],
    [
      'a key unlike any',
      '{qqqqqqqq: 1}',
      [
        '6:13: environments[0].rules: unknown key "qqqqqqqq"; known here: tags, minAge, mode, verify, maxReleasesPerRun',
      ],
    ],
    ['a list', '[]', ['6:12: environments[0].rules: a map is expected here, not a list']],
    ['nothing', '', ['6:11: environments[0].rules: a map is expected here, not nothing']],
  ])('cannot be %s', async (_, rules, lines) => {
    expect((await wrongs(withRules(rules))).lines).toEqual(lines);
  });

  it('are told of together, each in its place', async () => {
    const { lines, line, column } = await wrongs(withRules('{tags: "("}', '{}', '{tags: "["}'));
    expect(lines).toEqual([
      '6:19: environments[0].rules.tags: bad regular expression: error parsing regexp: missing closing ): `(` (the syntax is RE2: no look-around and no back-references)',
      expect.stringMatching(/^14:19: environments\[2\]\.rules\.tags: bad regular expression: /),
    ]);
    expect([line, column]).toEqual([6, 19]);
  });
});
