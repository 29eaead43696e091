import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { readOption } from '../../src/bindings/annotations/options.ts';
import { tallyman } from './harness.ts';

const page = await readFile(fileURLToPath(new URL('../../docs/annotations.md', import.meta.url)), 'utf8');
const example = /```yaml\n([^`]+)```/.exec(page)?.[1] ?? '';

let directory: string | undefined;
afterEach(async () => {
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  directory = undefined;
});

async function linted(text: string, ...args: readonly string[]) {
  directory = await mkdtemp(join(tmpdir(), 'tallyman-annotations-'));
  await mkdir(join(directory, 'prod'));
  await writeFile(join(directory, 'prod/web.yaml'), text);
  return tallyman(['lint', '--dir', '.', ...args], { directory });
}

describe('docs/annotations.md', () => {
  it('has its parts in the order in which they are looked for', () => {
    const headings = Array.from(page.matchAll(/^## (.+)$/gm), ([, heading]) => heading);
    expect(headings).toEqual(['Example', 'Fields', 'Debugging']);
  });

  it('has a row for every annotation, and its values are read', () => {
    const rows = Array.from(page.matchAll(/^\| `tallyman\.dev\/([a-z.<>-]+)`\s+\| ([^|]+?)\s+\|/gm));
    const keys = rows.map(([, key = '']) => key);
    expect(keys.toSorted()).toEqual(
      [
        'policy',
        'policy.<container>',
        'hold',
        'digest',
        'min-age',
        'platforms',
        'on-revert',
        'group',
        'mode',
      ].toSorted(),
    );
    for (const [, key = '', values = ''] of rows) {
      if (/^(?:policy|hold|group)/.test(key)) continue;
      const named = Array.from(values.matchAll(/`([^`]+)`/g), ([, value = '']) => value);
      expect(named.length, key).toBeGreaterThan(0);
      for (const value of named) expect(readOption(key, value), `${key}: ${value}`).toHaveProperty('options');
    }
  });

  it('has an example that binds what it says, under the names that it tells', async () => {
    const { stdout, exit } = await linted(example, '-o', 'json');
    const { bindings, policies } = JSON.parse(stdout) as Record<string, { policy: string; via: string }[]>;
    expect(exit).toBe(0);
    expect(bindings?.map(({ policy, via }) => [policy, via])).toEqual([
      ['web.web', 'annotation'],
      ['web.proxy', 'annotation'],
    ]);
    expect(policies?.map(({ policy }) => policy)).toEqual(['web.web', 'web.proxy']);
  });

  it('shows what lint prints', async () => {
    const [, shown] = /^\$ tallyman lint --dir \.\n([^`]+)```/m.exec(page) ?? [];
    const { stdout, exit } = await linted(example.replace('24h', 'soon'));
    expect([stdout, exit]).toEqual([shown, 1]);
  });
});
