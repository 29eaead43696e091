import { describe, expect, it } from 'vitest';
import { wrongs } from './config-file.ts';

describe('what is wrong with one repository is told with its place', () => {
  const cases: readonly [label: string, yaml: string, lines: readonly string[]][] = [
    [
      'a longest wait without a quiet time',
      'maxWait: 1m',
      ['4:5: repositories[0]: maxWait has no meaning without quiet beside it'],
    ],
    [
      'a longest wait that is shorter than the quiet time',
      'quiet: 1m\n    maxWait: 30s',
      ['5:14: repositories[0].maxWait: maxWait is shorter than quiet, which then never counts'],
    ],
    [
      'a quiet time of a day',
      'quiet: 24h',
      ['4:12: repositories[0].quiet: "24h" is outside 0s to 1h; write for example 30s, 5m or 1h30m'],
    ],
  ];

  it.each(cases)('%s', async (_, yaml, lines) => {
    const text = `repositories:\n  - name: fleet\n    url: https://a.example/b\n    ${yaml}\n`;
    expect((await wrongs(text)).lines).toEqual(lines);
  });
});
