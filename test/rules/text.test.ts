import { describe, expect, it } from 'vitest';
import { filesBelow, lineAt, readText } from './files.ts';

interface TextRule {
  readonly label: string;
  readonly pattern: RegExp;
  /** Paths that it looks at. */
  readonly files: RegExp;
  readonly bad: readonly string[];
  readonly good: readonly string[];
}

const anyText = /\.(?:ts|mjs|md|json|ya?ml|sh|txt)$|(?:^|\/)run$/;
const code = /\.(?:ts|mjs)$/;
const testCode = /^test\/.*\.ts$/;

const rules: readonly TextRule[] = [
  {
    label: 'no unfinished work',
    pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/g,
    files: anyText,
    bad: ['// TODO: later', 'FIXME'],
    good: ['a mastodon', 'todo: lower case is a word'],
  },
  {
    label: 'no switched-off types',
    pattern: /@ts-(?:ignore|nocheck)/g,
    files: code,
    bad: ['// @ts-ignore', '/* @ts-nocheck */'],
    good: ['// @ts-expect-error: a number is given on purpose'],
  },
  {
    label: 'no lint rule switched off without a reason, on its line or above',
    pattern:
      /(?<!(?:\/\/|\*) \w[^\n]*\n\s*\/[/*] )(?:eslint|oxlint)-disable(?:-next-line|-line)?(?![^\n]* -- \w)/g,
    files: code,
    bad: ['// oxlint-disable', '// oxlint-disable-next-line no-eval'],
    good: [
      '// oxlint-disable-next-line no-console -- the demo talks to people',
      '// The demo talks to people.\n  // oxlint-disable-next-line no-console',
    ],
  },
  {
    label: 'no path of one machine',
    pattern: /(?<![\w.~$}/-])\/(?:work|root|home|Users|tmp)\/[\w.]/g,
    files: anyText,
    // Put together, so that this file holds none itself.
    bad: ['work/x', 'root/.ssh', 'home/me', 'tmp/x'].flatMap((path) => [`'/${path}'`, ` /${path}`]),
    good: ['https://example.com/work/x', '~/tmp/x', 'join(home, ".ssh")', './home/x', 'a/tmp/x'],
  },
  {
    label: 'no test that runs alone',
    pattern: /\b(?:it|test|describe)(?:\.\w+)*\.only\b/g,
    files: testCode,
    bad: ["it.only('x')", 'describe.concurrent.only('],
    good: ['const only = 1', 'value.only'],
  },
  {
    label: 'no test that is skipped without a reason beside it',
    pattern: /\b(?:it|test|describe)(?:\.\w+)*\.(?:skip|todo)\b(?!If)(?![^\n]*\/\/ \w)/g,
    files: /^test\/(?!peers\/require\.ts$).*\.ts$/, // the one place that skips, and says so loudly
    bad: ["it.skip('x', () => {", "it.todo('x')"],
    good: ["it.skip('x', () => { // needs a kernel with y", 'it.skipIf(!peer)', 'list.skip(1)'],
  },
  {
    label:
      'no list of any length as arguments: a few hundred thousand are more than the stack holds (core/append.ts)',
    pattern: /\.push\((?:[^(){}[\]\n]*, )?\.\.\./g,
    files: /^src\/(?:bindings|convert|dialects|fields|run(?!\/past\/))\/.*\.ts$/,
    bad: ['found.push(...others)', 'this.#all.push(one, ...others)'],
    good: ['found.push([...others])', 'append(found, others)', 'found.push({ ...one })'],
  },
];

const files = filesBelow('').filter(
  (path) => path !== 'test/rules/text.test.ts' && !path.includes('/fixtures/'),
);

describe.each(rules)('$label', ({ pattern, files: wanted, bad, good }) => {
  it('is kept', () => {
    const looked = files.filter((path) => wanted.test(path));
    const found = looked.flatMap((path) => {
      const text = readText(path);
      return Array.from(
        text.matchAll(pattern),
        (match) => `${path}:${lineAt(text, match.index)}: ${match[0]}`,
      );
    });
    expect(found).toEqual([]);
    expect(looked.length).toBeGreaterThan(20);
  });

  it('can fail, and only where it should', () => {
    for (const text of bad) expect(text.match(pattern), text).not.toBeNull();
    for (const text of good) expect(text.match(pattern), text).toBeNull();
  });
});

describe('package-lock.json', () => {
  it('holds no download address', () => {
    const lock = JSON.parse(readText('package-lock.json')) as {
      packages: Record<string, { resolved?: string }>;
    };
    const addresses = Object.values(lock.packages).flatMap(({ resolved = '' }) =>
      resolved.includes('//') ? [resolved] : [],
    );
    expect(addresses).toEqual([]);
    expect(Object.keys(lock.packages).length).toBeGreaterThan(50);
  });
});
