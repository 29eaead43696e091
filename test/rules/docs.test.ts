import { describe, expect, it } from 'vitest';
import { problemCodes } from '../../src/core/problem.ts';
import { filesBelow, readText } from './files.ts';

describe('docs/problems.md', () => {
  it('explains every code, once, and no other', () => {
    const rows = Array.from(
      readText('docs/problems.md').matchAll(/^\| `([a-z-]+)`\s+\| (.+?)\s+\| (.+?)\s+\|$/gm),
    );
    expect(rows.map(([, code = '']) => code).toSorted()).toEqual([...problemCodes].toSorted());
    for (const [row, , meaning = '', remedy = ''] of rows) {
      expect(meaning.length, row).toBeGreaterThan(20);
      expect(remedy.length, row).toBeGreaterThan(10);
    }
  });
});

describe('links in our documents', () => {
  const documents = filesBelow('').filter((path) => path.endsWith('.md') && !path.includes('/fixtures/'));
  const all = new Set(filesBelow(''));

  it.each(documents)('%s points to files that exist', (path) => {
    const links = Array.from(
      readText(path).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g),
      ([, link = '']) => link,
    );
    const folder = path.includes('/') ? `https://x/${path.slice(0, path.lastIndexOf('/'))}/` : 'https://x/';
    const targets = links.map((link) => decodeURIComponent(new URL(link, folder).pathname.slice(1)));
    const missing = targets.filter(
      (target) =>
        !all.has(target) && ![...all].some((file) => file.startsWith(`${target.replace(/\/$/, '')}/`)),
    );
    expect(missing).toEqual([]);
  });

  it('looks at some', () => {
    expect(documents.length).toBeGreaterThan(4);
  });
});
