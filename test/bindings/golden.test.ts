import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { edited } from './trees.ts';

/**
 * `before` is a tree with its policies, `after` the files that change, byte for byte. `edits` counts the scalars: with
 * the lines that differ it shows that nothing else changed.
 */
interface GoldenCase {
  readonly about: string;
  readonly set: Readonly<Record<string, string>>;
  readonly edits: number;
  /** `says`: what its message must contain. */
  readonly problems: readonly { readonly code: string; readonly place: string; readonly says?: string }[];
}

const root = new URL('../golden', import.meta.url).pathname;
const cases = filesBelow(root)
  .filter((file) => file.endsWith('case.json'))
  .map((file) => file.slice(0, -'/case.json'.length))
  .sort();

describe('golden trees', () => {
  it('are all found', () => {
    expect(cases.length).toBeGreaterThanOrEqual(20);
  });

  it.each(cases)('%s', (name) => {
    const golden = JSON.parse(readFileSync(join(root, name, 'case.json'), 'utf8')) as GoldenCase;
    const before = readTree(join(root, name, 'before'));
    const after = readTree(join(root, name, 'after'));
    const result = edited(before, golden.set);
    const places = result.problems.map(({ code, file, line, column }) => ({
      code,
      place: `${file}:${line}:${column}`,
    }));
    expect(places).toEqual(golden.problems.map(({ code, place }) => ({ code, place })));
    for (const [at, { says = '' }] of golden.problems.entries())
      expect(result.problems[at]?.message).toContain(says);
    expect(result.after).toEqual({ ...before, ...after });
    const inserted = result.edits.filter(({ old }) => old === null);
    expect(result.edits.length - inserted.length).toBe(golden.edits);
    for (const edit of result.edits) expect(golden.set).toHaveProperty([edit.policy]);
  });
});

function readTree(folder: string): Record<string, string> {
  return Object.fromEntries(
    filesBelow(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
  } catch {
    return [];
  }
}
