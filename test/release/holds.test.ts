import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addHold, dropHeldName, dropHold, type NewHold } from '../../src/release/edit-holds.ts';
import { covers, type HoldEntry, type HoldScope } from '../../src/release/hold-entry.ts';
import { parseHolds } from '../../src/release/holds-file.ts';

const nothing: HoldScope = { policies: [], paths: [], groups: [], environments: [] };
const since = Date.parse('2026-11-21T09:00:00Z');

function hold(scope: Partial<HoldScope>, more: Partial<NewHold> = {}): NewHold {
  return { scope: { ...nothing, ...scope }, reason: 'because', by: '', since, until: undefined, ...more };
}

function lastOf(text: string): HoldEntry {
  const entry = parseHolds(text).entries.at(-1);
  if (entry === undefined) throw new Error(`no entry in ${text}`);
  return entry;
}

describe('parseHolds', () => {
  it('reads entries with their places', () => {
    const text =
      'holds:\n  - policies: [web]\n    reason: INC-1\n    by: Ann\n    until: 2026-12-01T00:00:00Z\n  - paths: [prod/**]\n    reason: x\n';
    expect(parseHolds(text)).toEqual({
      entries: [
        {
          index: 0,
          place: { file: '.tallyman/holds.yaml', line: 2, column: 5 },
          scope: { ...nothing, policies: ['web'] },
          hold: { reason: 'INC-1', by: 'Ann', until: Date.parse('2026-12-01T00:00:00Z') },
        },
        {
          index: 1,
          place: { file: '.tallyman/holds.yaml', line: 6, column: 5 },
          scope: { ...nothing, paths: ['prod/**'] },
          hold: { reason: 'x', by: '', until: undefined },
        },
      ],
      problems: [],
    });
  });

  it.each([
    ['an empty file', ''],
    ['a comment', '# none\n'],
    ['an empty list', 'holds: []\n'],
  ])('finds no hold and no problem in %s', (_, text) => {
    expect(parseHolds(text)).toEqual({ entries: [], problems: [] });
  });

  it.each([
    ['a list that is not written', 'holds:\n', 'holds is empty; expected a list', 1],
    ['broken YAML', 'holds: [\n', 'no valid YAML', 2],
    ['an unknown key', 'holds:\n  - policy: [web]\n    reason: x\n', 'unknown key holds[0].policy', 2],
    ['no scope', 'holds:\n  - reason: x\n', 'holds[0] holds nothing; expected one of policies', 2],
    ['no reason', 'holds:\n  - policies: [web]\n', 'holds[0].reason is missing', 2],
    ['an empty list of names', 'holds:\n  - policies: []\n    reason: x\n', 'holds[0].policies', 2],
    [
      'a time that is none',
      'holds:\n  - policies: [web]\n    reason: x\n    until: tomorrow\n',
      '"tomorrow" is no RFC 3339 time',
      4,
    ],
    ['a bad glob', 'holds:\n  - paths: ["["]\n    reason: x\n', 'holds[0].paths[0]', 2],
    ['a second document', 'holds: []\n---\nholds: []\n', 'A second document', 3],
    ['text', 'nothing\n', 'expected a map', 1],
  ])('reports %s with its place, and gives no entry', (_, text, message, line) => {
    const { entries, problems } = parseHolds(text);
    expect(entries).toEqual([]);
    expect(problems).toEqual([
      expect.objectContaining({ code: 'bad-holds', line, message: expect.stringContaining(message) }),
    ]);
  });
});

describe('covers', () => {
  const field = { policy: 'web', file: 'prod/web/a.yaml', group: 'stack', environments: ['prod', 'staging'] };
  it.each([
    ['its policy', { policies: ['api', 'web'] }, true],
    ['another policy', { policies: ['api'] }, false],
    ['a glob', { paths: ['prod/*/a.yaml'] }, true],
    ['a folder', { paths: ['prod/'] }, true],
    ['another folder', { paths: ['prod/we'] }, false],
    ['its group', { groups: ['stack'] }, true],
    ['its environment', { environments: ['prod'] }, true],
    ['its other environment', { environments: ['dev', 'staging'] }, true],
    ['another environment', { environments: ['dev'] }, false],
    ['its policy in another environment', { policies: ['web'], environments: ['dev'] }, false],
    ['all of them', { policies: ['web'], paths: ['prod'], groups: ['stack'], environments: ['prod'] }, true],
  ])('%s', (_, scope, held) => {
    expect(covers({ ...nothing, ...scope }, field)).toBe(held);
  });

  it('does not hold what has no group by a group', () => {
    expect(covers({ ...nothing, groups: ['stack'] }, { ...field, group: undefined })).toBe(false);
  });
});

describe('addHold and dropHold', () => {
  const web = hold({ policies: ['web'] }, { reason: 'on: fire # now', by: 'Ann <ann@test.invalid>' });

  it('makes the file, with the words that quotes must save', () => {
    const text = addHold(undefined, web);
    expect(text).toMatch(/^# What Tallyman must not move/);
    expect(text).toContain('holds:\n  - policies: [web]\n    reason: "on: fire # now"\n');
    expect(text).toMatch(/\n {4}by: Ann <ann@test\.invalid>\n {4}since: "2026-11-21T09:00:00Z"\n$/);
  });

  it.each([
    ['an empty list with a comment', '# top\nholds: [] # none now\n', '# top\nholds: # none now\n  - '],
    [
      'a file without a line break at its end',
      'holds:\n- {policies: [api], reason: x}',
      'reason: x}\n- policies',
    ],
    [
      'deeper items',
      'holds:\n    -   policies: [api]\n        reason: x # why\n# end\n',
      '# why\n    - policies',
    ],
    ['flow style', 'holds: [{policies: [api], reason: x}]\n', 'reason: x}, {policies: [web], reason: '],
    [
      'a comma behind the last',
      'holds: [{policies: [api], reason: x},]\n',
      'reason: x}, {policies: [web], reason: ',
    ],
    [
      'lines in flow style, with comments',
      'holds: [\n  {policies: [api], reason: x} # api\n]\n',
      'reason: x}, {policies: [web], reason: ',
    ],
    ['a file that is flow style', '{holds: []}\n', '{holds: [{policies: [web], reason: '],
    ['CRLF', 'holds:\r\n  - policies: [api]\r\n    reason: x\r\n', 'reason: x\r\n  - policies: [web]\r\n'],
    ['a comment only', '# nothing\n', '# nothing\nholds:\n  - policies: [web]\n'],
  ])('adds to %s, and takes it away again', (_, before, expected) => {
    const after = addHold(before, web);
    expect(after).toContain(expected);
    const entry = lastOf(after);
    expect(entry.scope.policies).toEqual(['web']);
    const others = parseHolds(before).entries.length;
    const again = others > 0 ? before : addHold(dropHold(after, entry), web);
    expect(dropHold(after, entry)).toBe(others > 0 ? before : dropHold(again, lastOf(again)));
  });

  it('adds before a text that keeps its empty lines', () => {
    const before = '# top\nholds:\n  - policies: [api]\n    reason: |+\n      kept\n\n\n';
    const after = addHold(before, web);
    const [first, second] = parseHolds(after).entries;
    expect([first, second].map((entry) => entry?.hold.reason)).toEqual(['on: fire # now', 'kept\n\n\n']);
    expect(first && dropHold(after, first)).toBe(before);
  });

  it('refuses to add to what it cannot read', () => {
    expect(() => addHold('---\nother: 1\n', web)).toThrow(/unknown key other/);
  });

  it('takes one of several away, and leaves an empty list behind the last', () => {
    const one = addHold(undefined, web);
    const two = addHold(one, hold({ environments: ['prod'], paths: ['a,b'] }));
    const [first, second] = parseHolds(two).entries;
    if (first === undefined || second === undefined) throw new Error('two entries were written');
    expect(dropHold(two, second)).toBe(one);
    const rest = dropHold(two, first);
    expect(parseHolds(rest).entries.map(({ scope }) => scope.environments)).toEqual([['prod']]);
    const [only] = parseHolds(one).entries;
    expect(only && dropHold(one, only)).toMatch(/\nholds: \[\]\n$/);
  });

  it.each([
    [
      'flow',
      'holds:\n  - policies: [api, web, db] # three\n    reason: x\n',
      'holds:\n  - policies: [api, db] # three\n    reason: x\n',
    ],
    [
      'block',
      'holds:\n  - policies:\n      - api\n      - web # b\n    reason: x\n',
      'holds:\n  - policies:\n      - api\n    reason: x\n',
    ],
  ])('takes one name out of a list in %s style', (_, before, after) => {
    const [entry] = parseHolds(before).entries;
    expect(entry && dropHeldName(before, entry, 'policies', 'web')).toBe(after);
  });

  it('gives back what was written, whatever the words are, and takes it away again', () => {
    const word = fc
      .string({ minLength: 1, maxLength: 20, unit: 'binary' })
      .filter((text) => text.isWellFormed());
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
    const scope = fc.record({
      policies: fc.array(name, { minLength: 1, maxLength: 3 }),
      paths: fc.array(fc.constantFrom('prod/**', 'a b', '# x', '- y', 'é'), { maxLength: 2 }),
      groups: fc.array(name, { maxLength: 2 }),
      environments: fc.array(name, { maxLength: 2 }),
    });
    const holds = fc.record({
      scope,
      reason: word,
      by: fc.oneof(fc.constant(''), word),
      until: fc.option(fc.constant(since), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(holds, { minLength: 1, maxLength: 4 }), (list) => {
        const texts: string[] = [];
        let text: string | undefined;
        for (const one of list) texts.push((text = addHold(text, { ...one, since })));
        const { entries } = parseHolds(text ?? '');
        expect(
          entries.map(({ scope, hold: { reason, by, until } }) => ({ scope, reason, by, until })),
        ).toEqual(list);
        const undone = texts.slice(1).map((after) => dropHold(after, lastOf(after)));
        expect(undone).toEqual(texts.slice(0, -1));
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});
