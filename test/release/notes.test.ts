import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderNotes, type NotedRelease } from '../../src/release/notes.ts';

const one: NotedRelease = {
  service: 'web',
  environment: 'prod',
  image: 'ghcr.io/acme/web',
  from: '1.5.0',
  to: '1.6.0',
  at: Date.parse('2026-11-03T10:12:00Z'),
  by: 'Bot',
  commit: 'c'.repeat(40),
  intent: 'update',
  link: 'https://github.com/acme/web/compare/bbbbbbb...ccccccc',
  source: 'https://github.com/acme/web',
  fromRevision: 'bbbbbbb',
  revision: 'ccccccc',
};
const before: NotedRelease = {
  ...one,
  from: '1.4.2',
  to: '1.5.0',
  at: Date.parse('2026-11-02T10:12:00Z'),
  commit: 'b'.repeat(40),
  link: undefined,
  fromRevision: 'aaaaaaa',
  revision: 'bbbbbbb',
};

describe('release notes', () => {
  it('tell by service from where to where, and the steps between', () => {
    expect(renderNotes([one, before], '2026-11-01 to 2026-11-21')).toBe(`# Releases, 2026-11-01 to 2026-11-21

## web

- **prod** \`1.4.2\` -> \`1.6.0\` of \`ghcr.io/acme/web\` ([changes](<https://github.com/acme/web/compare/aaaaaaa...ccccccc>))
  - \`1.5.0\` -> \`1.6.0\` ([changes](<https://github.com/acme/web/compare/bbbbbbb...ccccccc>)), 2026-11-03 10:12Z by \`Bot\` in \`cccccccccc\`
  - \`1.4.2\` -> \`1.5.0\`, 2026-11-02 10:12Z by \`Bot\` in \`bbbbbbbbbb\`
`);
  });

  it('tell one step in one line, and several fields of it once', () => {
    expect(renderNotes([one, { ...one }], 'x')).toBe(`# Releases, x

## web

- **prod** \`1.5.0\` -> \`1.6.0\` of \`ghcr.io/acme/web\` ([changes](<https://github.com/acme/web/compare/bbbbbbb...ccccccc>)), 2026-11-03 10:12Z by \`Bot\` in \`cccccccccc\`
`);
  });

  it('say what was no update', () => {
    expect(renderNotes([{ ...one, intent: 'rollback' }], 'x')).toContain('in `cccccccccc`, rollback\n');
  });

  it('sort services by name, and keep environments apart', () => {
    const notes = renderNotes([one, { ...one, service: 'api' }, { ...one, environment: 'staging' }], 'x');
    expect(notes.match(/^## .*|\*\*\w+\*\*/gm)).toEqual([
      '## api',
      '**prod**',
      '## web',
      '**prod**',
      '**staging**',
    ]);
  });

  it('say that there is nothing', () => {
    expect(renderNotes([], '2026')).toBe('# Releases, 2026\n\nNothing was released.\n');
  });

  it.each([
    ['a plain name', 'web-prod2', 'web-prod2'],
    ['a mention', '@all', '`@all`'],
    ['an address that forges make a link of', 'www.x.test', '`www.x.test`'],
    ['the number of an issue', 'gh-12', '`gh-12`'],
    ['the id of a commit', 'c0ffee1', '`c0ffee1`'],
    ['several environments', 'prod+staging', '`prod+staging`'],
    ['what cannot be seen', '\u200b', '`unknown`'],
  ])('have %s in a span unless it is plain', (_, name, expected) => {
    const notes = renderNotes([{ ...one, service: name, environment: name }], 'x').split('\n');
    expect(notes[2]).toBe(`## ${expected}`);
    expect(notes[4]).toMatch(`- **${expected}** `);
  });

  it('say so where there is nothing to be seen', () => {
    const notes = renderNotes([{ ...one, from: '\u200b', image: ' ', by: '', link: undefined }], 'x');
    expect(notes).toContain('`nothing` -> `1.6.0` of `an image`, 2026-11-03 10:12Z by `nobody` in');
  });

  it('hold no markup from outside', () => {
    const hostile = fc.oneof(
      fc.constantFrom(
        '`a`',
        '](x)',
        '<b>',
        '@all',
        '\n# x',
        '\u202e',
        '**',
        '![x](https://x.test/y)',
        'https://x.test',
      ),
      fc.string({ unit: 'binary', maxLength: 30 }),
    );
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (service, environment, image, from) => {
        const lines = renderNotes([{ ...one, service, environment, image, from, by: from }], 'x').split('\n');
        expect(lines).toHaveLength(6);
        expect(lines[2]).toMatch(/^## (?:[a-z][a-z0-9-]*|`[^`]+`)$/);
        const line = lines[4] ?? '';
        // Of all backticks each pair is one span of ours.
        expect((line.match(/`/g) ?? []).length % 2).toBe(0);
        const outside = line.replaceAll(/`[^`]+`/g, '').replace(/\(\[changes\]\(<https:[^>]*>\)\)/, '');
        expect(outside.replace(' -> ', '')).toMatch(
          /^- (?:\*\*[a-z0-9-]*\*\* )? of {2}, [0-9-]+ [0-9:]+Z by {2}in $/,
        );
      }),
    );
  });
});
