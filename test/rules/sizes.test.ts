import { describe, expect, it } from 'vitest';
import { filesBelow, readText } from './files.ts';

/** CONTRIBUTING.md. The length of functions is a lint rule. */
const longest = 300;

describe('sizes', () => {
  const files = ['src', 'test', 'bin', '.ci']
    .flatMap(filesBelow)
    .filter((path) => /\.(?:ts|mjs)$|\/run$/.test(path));

  it(`has no code file over ${longest} lines`, () => {
    const lengths = files.map((path) => ({ path, lines: lines(readText(path)) }));
    expect(lengths.filter((each) => each.lines > longest)).toEqual([]);
    expect(files.length).toBeGreaterThan(80);
  });

  it('counts lines as an editor does', () => {
    expect([lines(''), lines('a'), lines('a\n'), lines('a\nb')]).toEqual([0, 1, 1, 2]);
  });
});

function lines(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') || text === '' ? 1 : 0);
}
