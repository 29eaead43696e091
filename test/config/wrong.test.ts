import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { load, wrongs } from './config-file.ts';

const least = 'repositories: [{name: fleet, url: https://git.example.com/fleet.git}]\n';
const inRepository = (yaml: string) =>
  `repositories:\n  - name: fleet\n    url: https://a.example/b\n    ${yaml}\n`;
const inRegistry = (yaml: string) => `${least}registries:\n  - host: ghcr.io\n    ${yaml}\n`;
const notSupported = 'is not supported by this version yet; remove it, nothing would carry it out';

describe('what is wrong is told with its place', () => {
  const cases: readonly [label: string, yaml: string, lines: readonly string[]][] = [
    ['nothing', '', ['1:1: repositories: this key is required and is not there']],
    [
      'no repository',
      'repositories: []',
      ['1:15: repositories: the number of entries is too small; at least 1 is needed'],
    ],
    ['a list', '- a', ['1:1: a map is expected here, not a list']],
    ['an empty value', 'repositories:\n', ['1:14: repositories: a list is expected here, not nothing']],
    [
      'a misspelled key',
      `${least}registrys: []`,
      ['2:1: unknown key "registrys" (did you mean "registries"?)'],
    ],
    [
      'a dialect that is not acted on',
      `${least}dialects: [flux3]`,
      ['2:12: dialects[0]: one of flux2 is expected here (did you mean "flux2"?)'],
    ],
    ['two documents', `${least}---\na: 1`, ['3:1: a configuration has one document; remove the others']],
    [
      'a key unlike any',
      inRegistry('rateLimit: {qqqqqqqqqq: 1, perSecond: 1}'),
      ['4:17: registries[0].rateLimit: unknown key "qqqqqqqqqq"; known here: perSecond'],
    ],
    ['a duplicate key', `${least}log: {}\nlog: {}`, [expect.stringMatching(/^3:1: /) as string]],
    [
      'columns in code points',
      'repositories: [{name: "\u{1f600}", nam: a, url: a}]',
      [
        '1:23: repositories[0].name: use letters, digits, dots, dashes; at most 63',
        '1:28: repositories[0]: unknown key "nam" (did you mean "name"?)',
      ],
    ],
    ['a key of a later version', `${least}notifications: []`, [`2:1: "notifications" ${notSupported}`]],
    ['a mirror', inRegistry('mirror: x'), [`4:5: registries[0]: "mirror" ${notSupported}`]],
    [
      'globs of paths that are none',
      `${inRepository('paths: [a, "x["]')}environments:\n  - {name: prod, repository: fleet, paths: ["{a"]}`,
      [
        '4:16: repositories[0].paths[1]: "x[" is no glob: an opening bracket is never closed',
        expect.stringMatching(/^6:45: environments\[0\]\.paths\[0\]: "\{a" is no glob: /) as string,
      ],
    ],
    [
      'a freeze that ends before it begins',
      `${least}environments:\n  - {name: prod, repository: fleet, paths: [a], freeze: [{from: 2027-01-03T00:00:00Z, until: 2026-12-20T00:00:00Z}]}`,
      ['3:94: environments[0].freeze[0].until: it ends before it begins'],
    ],
    [
      'a freeze without a time',
      `${least}environments:\n  - {name: prod, repository: fleet, paths: [a], freeze: [{from: christmas, until: 2026-12-20T00:00:00Z}]}`,
      [
        '3:65: environments[0].freeze[0].from: "christmas" is no RFC 3339 time; expected such as 2026-12-20T00:00:00Z',
      ],
    ],
    [
      'a secret as text',
      inRepository('auth: {bearer: hunter2}'),
      [
        '4:20: repositories[0].auth.bearer: a secret is never written here; write {env: NAME} or {file: path}',
      ],
    ],
    [
      'a secret from two places',
      inRegistry('auth: {username: a, password: {env: A, file: b}}'),
      ['4:35: registries[0].auth.password: exactly one of env, file is needed; env and file are there'],
    ],
    [
      'a value in place of a variable',
      inRepository('auth: {bearer: {env: "ghp hunter2!"}}'),
      ['4:26: repositories[0].auth.bearer.env: write the name of an environment variable, not its value'],
    ],
    [
      'two ways to log in',
      inRepository('auth: {bearer: {env: A}, basic: {username: a, password: {env: B}}}'),
      [
        '4:11: repositories[0].auth: exactly one of basic, bearer, githubApp, ssh is needed; basic and bearer are there',
      ],
    ],
    [
      'no key to sign with',
      inRepository('signing: {}'),
      ['4:14: repositories[0].signing: exactly one of ssh, openpgp is needed; none is there'],
    ],
    [
      'a number as a duration',
      `${least}interval: 5`,
      ['2:11: interval: write a duration such as 30s, 5m or 1h30m'],
    ],
    [
      'no duration',
      `${least}interval: 5 minutes`,
      ['2:11: interval: "5 minutes" is no duration; write for example 30s, 5m or 1h30m'],
    ],
    [
      'too short',
      `${least}interval: 10ms`,
      ['2:11: interval: "10ms" is outside 1s to 30d; write for example 30s, 5m or 1h30m'],
    ],
    [
      'interval and cron',
      `${least}interval: 5m\ncron: "* * * * *"`,
      ['3:1: cron stands beside interval; keep one of them'],
    ],
    [
      'six fields of cron',
      `${least}cron: "* * * * * *"`,
      [
        '2:7: cron: this is no cron expression: five fields are expected (minute, hour, day, month, weekday), not 6',
      ],
    ],
    [
      'a bad field of cron',
      inRepository('cron: "61 * * * *"'),
      [
        expect.stringMatching(
          /^4:11: repositories\[0\]\.cron: this is no cron expression: minute: 61 /,
        ) as string,
      ],
    ],
    [
      'a day that never comes',
      `${least}cron: "0 0 31 2 *"`,
      [expect.stringMatching(/^2:7: cron: .*impossible day/) as string],
    ],
    [
      'a time zone',
      `${least}cron: "* * * * *"\ntimeZone: Mars/Olympus`,
      ['3:11: timeZone: this is no time zone; write a name such as Europe/Copenhagen or UTC'],
    ],
    [
      'a time zone without cron',
      `${least}timeZone: UTC`,
      ['2:1: timeZone has no meaning without cron beside it'],
    ],
    [
      'a word that is none of them',
      `${least}log: {level: warm}`,
      ['2:14: log.level: one of debug, info, warn, error is expected here (did you mean "warn"?)'],
    ],
    [
      'no address',
      `${least}server: {listen: here}`,
      ['2:18: server.listen: "here" is no address; write host:port such as 127.0.0.1:8080, or off'],
    ],
    [
      'a port too high',
      `${least}server: {listen: "a:65536"}`,
      [expect.stringContaining('is no address') as string],
    ],
    [
      'a name twice',
      'repositories: [{name: a, url: b}, {name: a, url: c}]',
      ['1:42: repositories[1].name: name a is there already, as number 1 of repositories'],
    ],
    [
      'a host twice, spelled differently',
      `${inRegistry('')}  - host: GHCR.IO`,
      ['5:11: registries[1].host: host ghcr.io is there already, as number 1 of registries'],
    ],
    [
      'an unknown repository',
      `${least}environments: [{name: prod, repository: flet, paths: [a]}]`,
      ['2:41: environments[0].repository: no repository has the name flet (did you mean "fleet"?)'],
    ],
    [
      'auth and push options for a path',
      'repositories: [{name: a, url: b, auth: {bearer: {env: A}}, push: {options: [a]}}]',
      [
        '1:34: repositories[0]: auth has no meaning for a local path; remove it',
        '1:60: repositories[0]: push has no meaning for a local path; remove it',
      ],
    ],
    ['YAML that does not parse', 'repositories: [', [expect.stringMatching(/^1:1?\d: /) as string]],
  ];

  it.each(cases)('%s', async (_label, yaml, lines) => {
    const found = await wrongs(yaml);
    expect(found.lines).toEqual(lines);
    expect(found.lines[0]).toMatch(new RegExp(`^${String(found.line)}:${String(found.column)}: `));
  });

  it.each([
    ['git@github.com:acme/fleet.git', /an ssh address needs auth: \{ssh:/],
    ['ssh://git@github.com/acme/fleet.git', /an ssh address needs auth: \{ssh:/],
    ['ssh://git:hunter2@github.com/acme/fleet.git', /a password is never written in a URL/],
    ['git://github.com/acme/fleet.git', /git:\/\/ is not supported/],
    ['file:///srv/fleet.git', /file:\/\/ is not supported; write .* a plain path/],
    ['https://bot:hunter2@git.example.com/a', /never written in a URL/],
    ['https://', /this is no URL/],
    ['https://git.example.com/a?token=hunter2', /a query or fragment has no meaning/],
  ])('refuses the address %s', async (url, expected) => {
    const { lines } = await wrongs(`repositories: [{name: a, url: "${url}"}]`);
    expect(lines).toEqual([expect.stringMatching(expected)]);
    expect(lines[0]).not.toContain('hunter2');
  });

  it.each([
    'a b',
    'a..b',
    '-a',
    'a/',
    '/a',
    'a.lock',
    'a~1',
    'a:b',
    '@',
    'a//b',
    'a\\tb',
    '.a',
    'a/.b',
    'a@{b',
  ])('refuses the branch %j', async (branch) => {
    expect((await wrongs(inRepository(`branch: "${branch}"`))).lines).toEqual([
      '4:13: repositories[0].branch: this is no branch name',
    ]);
  });

  it.each(['foo', 'ghcr.io/acme', 'https://ghcr.io', 'a b', '', 'user@ghcr.io', 'ghcr.io:99999999'])(
    'refuses the registry host %j',
    async (host) => {
      const { lines } = await wrongs(`${least}registries: [{host: "${host}"}]`);
      expect(lines).toEqual([
        expect.stringMatching(/^2:21: registries\[0\]\.host: .* is no registry host; /),
      ]);
    },
  );

  it.each(['/a', '../a', 'a/../b', 'a\\\\b', ''])('refuses the path %j', async (path) => {
    expect((await wrongs(inRepository(`paths: ["${path}"]`))).lines).toHaveLength(1);
  });

  it('lists ten, and counts the rest', async () => {
    const keys = Array.from({ length: 14 }, (_, index) => `key${index}: 1`).join('\n');
    const { lines } = await wrongs(`${least}${keys}`);
    expect(lines).toHaveLength(11);
    expect(lines[0]).toMatch(/^2:1: unknown key "key0"/);
    expect(lines.at(-1)).toBe('and 4 more');
  });

  it.each([
    ['too large', 'a'.repeat(1_100_000), /more than the 1048576 that are read/],
    ['not UTF-8', new Uint8Array([0x61, 0xff]), /not valid UTF-8/],
  ])('refuses a file that is %s', async (_label, content, expected) => {
    expect((await wrongs(content)).lines).toEqual([expect.stringMatching(expected)]);
  });
});

describe('laws', () => {
  const good = `repositories:
  - name: fleet
    url: https://git.example.com/fleet.git # remote
    auth: {basic: {username: bot, password: {env: GIT}}}
registries: [{host: ghcr.io, rateLimit: {perSecond: 5}}]
server: {listen: "127.0.0.1:8080"}
`;

  it('a configuration with a few changed characters is read, or refused with a place inside the file', async () => {
    const change = fc.tuple(
      fc.nat(good.length - 1),
      fc.constantFrom('', ' ', '\n', ':', '-', '{', ']', '"', '#', '&a ', '*a', '<<: ', '\t', 'x', '0'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        let text = good;
        for (const [at, put] of changes) text = text.slice(0, at) + put + text.slice(at + 1);
        const found = await load(text).catch((error: unknown) => error);
        if (!(found instanceof Error)) return;
        expect(found).toBeInstanceOf(Failure);
        const { code, line, column } = found as Failure;
        expect(code).toBe('invalid-config');
        if (line === undefined || column === undefined) throw new Error(`no place: ${found.message}`);
        const lines = text.split('\n');
        expect(line).toBeGreaterThan(0);
        expect(line).toBeLessThanOrEqual(lines.length);
        expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
      }),
      { numRuns: 300 },
    );
  });
});
