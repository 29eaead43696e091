import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../golden/', import.meta.url).pathname;

/**
 * A shape that config repositories hold, and the golden case that shows what becomes of it. `now`: what stands there afterwards. `says`: part of the
 * problem that refuses it. Neither: it stays as it is, and nobody is told. UTF-16, git-crypt and the sizes of files are in `test/cli/bad-input.test.ts`.
 */
interface Shape {
  readonly shape: string;
  /** `case/file` below `test/golden`. */
  readonly at: string;
  readonly holds: string;
  readonly now?: string;
  readonly says?: string;
}

interface Golden {
  readonly problems: readonly { readonly place: string; readonly says?: string }[];
}

const shapes = JSON.parse(readFileSync(new URL('fixtures/shapes.json', import.meta.url), 'utf8')) as Record<
  string,
  readonly Shape[]
>;

/** `golden.test.ts` proves the cases; this table, that each shape is in one of them with the outcome that is claimed. */
describe.each(Object.entries(shapes))('what repositories hold: %s', (_, rows) => {
  it.each(rows.map((row) => [row.shape, row] as const))('%s', (_shape, row) => {
    const { folder, file } = split(row.at);
    expect(read(`${folder}/before/${file}`)).toContain(row.holds);
    expect(outcome(row, folder, file)).toBe('as claimed');
  });
});

function split(at: string): { folder: string; file: string } {
  const parts = at.split('/');
  const length = parts[0] === 'unchanged' ? 2 : 1;
  return { folder: parts.slice(0, length).join('/'), file: parts.slice(length).join('/') };
}

function outcome({ holds, now, says }: Shape, folder: string, file: string): string {
  const after = `${folder}/after/${file}`;
  const text = read(existsSync(root + after) ? after : `${folder}/before/${file}`);
  if (now !== undefined) return text.includes(now) ? 'as claimed' : `it is now ${text}`;
  if (!text.includes(holds)) return `it changed: ${text}`;
  if (says === undefined) return 'as claimed';
  const { problems } = JSON.parse(read(`${folder}/case.json`)) as Golden;
  const told = problems.filter(({ place }) => place.startsWith(`${file}:`));
  return told.some((problem) => problem.says?.includes(says) === true) ? 'as claimed' : JSON.stringify(told);
}

function read(path: string): string {
  return readFileSync(root + path, 'utf8');
}
