import { describe, expect, it } from 'vitest';
import { shortestWindow, shortWindows } from '../../src/lint/short-window.ts';
import { documentsOf, load, policyText } from '../policy/documents.ts';

describe('the shortest window of a schedule', () => {
  const rows: readonly [
    label: string,
    allow: readonly string[],
    deny: readonly string[],
    minutes: number | undefined,
  ][] = [
    ['a working day', ['* 9-16 * * 1-5'], [], 8 * 60],
    ['one minute', ['30 9 * * *'], [], 1],
    ['single minutes', ['*/10 * * * *'], [], 1],
    ['two that meet', ['* 9 * * *', '0-29 10 * * *'], [], 90],
    ['over midnight', ['* 22-23 * * *', '* 0-1 * * *'], [], 240],
    ['cut by a denial', ['* 9-11 * * *'], ['5-59 9 * * *'], 5],
    ['one day of the year', ['0-6 9 29 2 *'], [], 7],
    ['always', ['* * * * *'], [], undefined],
    ['never', ['* 9 * * *'], ['* * * * *'], undefined],
  ];

  it.each(rows)('%s', (_, allow, deny, minutes) => {
    expect(shortestWindow({ allow, deny, timeZone: 'UTC' })).toBe(minutes);
  });
});

describe('short-window', () => {
  const text = policyText('policy: {semver: "*"}', 'schedule:', '  allow: ["0-8 9 * * *"]');
  const { policy, problems } = load(text);
  const files = [
    { path: 'web.yaml', policies: documentsOf(text), facts: undefined },
  ] as unknown as Parameters<typeof shortWindows>[1];

  it.each<[string, number | undefined, readonly string[]]>([
    ['runs every five minutes', 300_000, ['short-window web.yaml:9:5']],
    ['runs every four', 240_000, []],
    ['runs that nobody knows of', undefined, []],
  ])('%s', (_, interval, expected) => {
    expect(problems).toEqual([]);
    const advice = shortWindows(policy === undefined ? [] : [policy], files, interval);
    expect(advice.map(({ code, file, line, column }) => `${code} ${file}:${line}:${column}`)).toEqual(
      expected,
    );
  });
});
