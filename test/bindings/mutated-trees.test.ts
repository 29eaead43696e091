import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mutate } from '../yaml/mutations.ts';
import { numbersFrom } from '../yaml/samples.ts';
import { edited, type Files } from './trees.ts';

const root = new URL('../golden', import.meta.url).pathname;
const digest = `@sha256:${'2'.repeat(64)}`;
/** What images are made of, so that a change is often another correct file. */
const words = [
  '<<: *a',
  '&a ',
  '*tag',
  'tag: ',
  'digest: ""',
  '\r\n',
  ' # {"$tallyman": "web:tag"}',
  'newTag: ',
  '|-\n',
  '>-\n',
  '\n---\n',
  '""',
  '!!str ',
  '@',
  '{{ x }}',
];

interface Tree {
  readonly files: Files;
  readonly set: Readonly<Record<string, string>>;
}

function goldenTrees(): Tree[] {
  const all = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return all
    .filter(({ name }) => name === 'case.json')
    .map(({ parentPath, name }) => {
      const before = join(parentPath, 'before/');
      const files = all
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((path) => path.startsWith(before))
        .map((path) => [path.slice(before.length), readFileSync(path, 'utf8')] as const);
      const { set } = JSON.parse(readFileSync(join(parentPath, name), 'utf8')) as Pick<Tree, 'set'>;
      return { files: Object.fromEntries(files), set };
    });
}

/** The tree with one of its files changed at random, its policies pinning or not, and digests elected or not. */
function changed({ files, set }: Tree, next: (limit: number) => number): Tree & { readonly file: string } {
  const names = Object.keys(files);
  const file = names[next(names.length)] ?? '';
  const text = files[file] ?? '';
  const at = next(text.length + 1);
  const word = words[next(words.length)] ?? '';
  const put = next(2) === 0 ? mutate(text, next) : text.slice(0, at) + word + text.slice(at + next(12));
  const pins = next(3) === 0;
  const pinned = ([path, content]: [string, string]): [string, string] => [
    path,
    pins ? content.replace('  policy:', '  digest: pin\n  policy:') : content,
  ];
  const elected = Object.entries(set).map(([name, reference]) => [
    name,
    next(2) === 0 ? `${reference.split('@')[0] ?? ''}${digest}` : reference,
  ]);
  const tree = Object.fromEntries(Object.entries({ ...files, [file]: put.toWellFormed() }).map(pinned));
  return { file, files: tree, set: Object.fromEntries(elected) as Tree['set'] };
}

describe('golden trees with a file that is changed at random', () => {
  const trees = goldenTrees();

  it.each([1, 2])('are edited exactly or refused, never wrongly: seed %i', (seed) => {
    const next = numbersFrom(seed);
    let edits = 0;
    for (let round = 0; round < 250; round++) {
      const { file, files, set } = changed(trees[next(trees.length)] ?? { files: {}, set: {} }, next);
      const result = edited(files, set);
      edits += result.edits.length;
      // The proof is there for bugs: none is known.
      expect(
        result.problems.filter(({ code }) => code === 'proof-failed').map((one) => [one, files[file]]),
      ).toEqual([]);
      const spoilt = Object.keys(files).filter(
        (path) => path.endsWith('.json') && isJson(files[path]) && !isJson(result.after[path]),
      );
      expect(spoilt).toEqual([]);
    }
    expect(edits).toBeGreaterThan(200);
  });
});

function isJson(text = ''): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
