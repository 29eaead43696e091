import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { encodeCommit, parseCommit } from '../../../src/git/engine/commit.ts';
import { hashObject, newObject } from '../../../src/git/engine/object-id.ts';
import type { CommitId } from '../../../src/release/log.ts';
import { git, gitRaw, inFolder } from '../git.ts';

const id = '1'.repeat(40) as CommitId;
const tree = '2'.repeat(40);
const ann = { name: 'Ann', email: 'ann@example.com' };
const hexId = fc.stringMatching(/^[0-9a-f]{40}$/).map((text) => text as CommitId);
const word = fc.stringMatching(/^[A-Za-zÅéß漢😀.'-]([A-Za-zÅéß漢😀 .'-]{0,20}[A-Za-zÅéß漢😀.'-])?$/u);
const person = fc.record({ name: word.map((text) => text.replaceAll(/ +/g, ' ')), email: fc.emailAddress() });

describe('encodeCommit and parseCommit', () => {
  it('give back what they were given', () => {
    const commit = fc.record({
      tree: hexId,
      parents: fc.array(hexId, { maxLength: 4 }),
      author: person,
      committer: person,
      at: fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000),
      message: fc
        .string({ unit: 'grapheme', maxLength: 200 })
        .map((text) => `${text.replaceAll('\0', '')}\n`),
    });
    fc.assert(
      fc.property(
        commit,
        fc.option(fc.stringMatching(/^-----[ -~]+(\n[ -~]*){0,5}-----$/)),
        (commit, signature) => {
          const { author, committer, at, ...rest } = commit;
          const bytes = encodeCommit(commit, signature ?? undefined);
          expect(parseCommit(id, bytes)).toEqual({
            ...rest,
            id,
            author,
            committer,
            authoredAt: at,
            committedAt: at,
          });
        },
      ),
    );
  });

  it('write what native git finds sound and reads alike', async () => {
    await inFolder(async (folder) => {
      git(folder, 'init', '-q', '--bare', '.');
      const empty = git(folder, 'hash-object', '-t', 'tree', '-w', '/dev/null');
      const nasty = { name: ' Zoë <b>\n"Z" \u0007', email: '<zoe@example.com>\n' };
      const bytes = encodeCommit(
        {
          tree: empty,
          parents: [],
          author: nasty,
          committer: ann,
          at: 1_700_000_000_999,
          message: 'One\n\nTwo: ü',
        },
        '-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n',
      );
      const commit = gitRaw(folder, ['hash-object', '-t', 'commit', '-w', '--stdin'], bytes)
        .toString()
        .trim();
      expect(commit).toBe(hashObject('commit', bytes));
      git(folder, 'update-ref', 'refs/heads/main', commit);
      expect(git(folder, 'fsck', '--strict')).toBe('');
      expect(git(folder, 'log', 'refs/heads/main', '--format=%an|%ae|%ad|%s|%b', '--date=raw')).toBe(
        'Zoë b "Z"|zoe@example.com|1700000000 +0000|One|Two: ü',
      );
      expect(git(folder, 'cat-file', '-p', commit)).toContain(
        'gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END',
      );
    });
  });

  it('take a clock before 1970 for its first second: git has no dates before', () => {
    const bytes = encodeCommit({ tree, parents: [], author: ann, committer: ann, at: -1, message: 'm' });
    expect(bytes.toString()).toContain('committer Ann <ann@example.com> 0 +0000\n');
  });

  it.each([
    ['an empty name', { author: { name: ' <> ', email: 'a@b' } }],
    ['an empty address', { committer: { name: 'Ann', email: '' } }],
    ['NUL in the message', { message: 'a\0b' }],
  ])('refuse %s', (_, change) => {
    const commit = { tree, parents: [], author: ann, committer: ann, at: 0, message: 'm', ...change };
    expect(() => encodeCommit(commit)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });
});

describe('parseCommit', () => {
  const stamp = 'Ann <ann@example.com> 1700000000 +0100';
  const at = 1_700_000_000_000;
  const head = `tree ${tree}\nauthor ${stamp}\ncommitter ${stamp}\n`;

  it.each([
    ['an odd time zone', `author Ann <ann@example.com> 1700000000 +051800\ncommitter ${stamp}`, ann, at],
    ['no time zone', `author Ann <ann@example.com> 1700000000\ncommitter ${stamp}`, ann, at],
    ['no date', `author Ann <ann@example.com>\ncommitter ${stamp}`, ann, 0],
    ['a date before 1970', `author Ann <ann@example.com> -86400 +0000\ncommitter ${stamp}`, ann, -86_400_000],
    [
      'a date beyond all days (the last of them)',
      `author Ann <ann@example.com> 99999999999999999999 +0000\ncommitter ${stamp}`,
      ann,
      8_640_000_000_000_000,
    ],
    [
      'no name',
      `author <ann@example.com> 1700000000 +0000\ncommitter ${stamp}`,
      { name: '', email: ann.email },
      at,
    ],
    ['no address', `author Ann <> 1700000000 +0000\ncommitter ${stamp}`, { name: 'Ann', email: '' }, at],
    ['no brackets', `author Ann\ncommitter ${stamp}`, { name: 'Ann', email: '' }, 0],
    [
      'brackets twice',
      `author Ann <a <b@c> d> 1700000000 +0000\ncommitter ${stamp}`,
      { name: 'Ann', email: 'a <b@c' },
      at,
    ],
    [
      'a tag merged in',
      `author ${stamp}\ncommitter ${stamp}\nmergetag object 1\n author Eve <e@x> 1 +0000`,
      ann,
      at,
    ],
  ])('takes %s as it is', (_, head, author, authoredAt) => {
    const parsed = parseCommit(id, Buffer.from(`tree ${tree}\n${head}\n\nSubject\n`));
    expect(parsed).toMatchObject({
      author,
      authoredAt,
      committer: ann,
      committedAt: at,
      message: 'Subject\n',
    });
  });

  it('reads the tree and any number of parents wherever their lines stand', () => {
    const parents = Array.from({ length: 5000 }, (_, n) => String(n).padStart(40, '0'));
    const [first = '', ...others] = parents.map((parent) => `parent ${parent}\n`);
    const usual = `tree ${tree}\n${first}${others.join('')}author ${stamp}\ncommitter ${stamp}\n\n`;
    const odd = `${first}author ${stamp}\n${others.join('')}committer ${stamp}\ntree ${tree}\ntree ${id}\n\n`;
    for (const text of [usual, odd])
      expect(parseCommit(id, Buffer.from(`${text}S`))).toMatchObject({ tree, parents, message: 'S' });
  });

  it.each([
    ['  1700000000', at],
    ['1700000000x', at],
    ['-', 0],
    ['- 1', 0],
    ['8640000000000', 8_640_000_000_000_000],
    ['8640000000001', 8_640_000_000_000_000],
    ['-8640000000001', -8_640_000_000_000_000],
    ['9'.repeat(400), 8_640_000_000_000_000],
    ['x1700000000', 0],
    ['+1700000000', 0],
  ])('reads the date %j', (date, expected) => {
    const text = `tree ${tree}\nauthor ${stamp}\ncommitter Ann <a@b>${date}\n\n`;
    const { committedAt } = parseCommit(id, Buffer.from(text));
    expect(committedAt).toBe(expected);
    expect(() => new Date(committedAt).toISOString()).not.toThrow();
  });

  it('reads the stated encoding, and bytes that fit none as U+FFFD', () => {
    const latin = Buffer.concat([
      Buffer.from(`${head}encoding ISO-8859-1\n\n`),
      Buffer.from('Zo\xeb', 'latin1'),
    ]);
    expect(parseCommit(id, latin).message).toBe('Zoë');
    const unknown = Buffer.concat([
      Buffer.from(`${head}encoding x-klingon\n\n`),
      Buffer.from('Zo\xeb', 'latin1'),
    ]);
    expect(parseCommit(id, unknown).message).toBe('Zo\uFFFD');
    expect(parseCommit(id, Buffer.from(`${head}\n\n`)).message).toBe('\n');
  });

  it.each([
    ['nothing', ''],
    ['no tree', `author ${stamp}\ncommitter ${stamp}\n\n`],
    ['a bad tree', `tree xyz\nauthor ${stamp}\ncommitter ${stamp}\n\n`],
    [
      'a bad parent behind a good one',
      `tree ${tree}\nparent ${id}\nparent ${id}0\nauthor ${stamp}\ncommitter ${stamp}\n\n`,
    ],
    ['a bad parent', `tree ${tree}\nparent 12\nauthor ${stamp}\ncommitter ${stamp}\n\n`],
    ['no committer', `tree ${tree}\nauthor ${stamp}\n\ncommitter ${stamp}\n`],
  ])('refuses %s', (_, text) => {
    expect(() => parseCommit(id, Buffer.from(text))).toThrow(expect.objectContaining({ code: 'corrupt' }));
  });

  it('agrees with isomorphic-git about names, dates and messages', async () => {
    const { default: isomorphic } = await import('isomorphic-git');
    const fs = await import('node:fs');
    await inFolder(async (folder) => {
      git(folder, 'init', '-q', '--bare', '.');
      const empty = git(folder, 'hash-object', '-t', 'tree', '-w', '/dev/null');
      const bytes = encodeCommit({
        tree: empty,
        parents: [],
        author: { name: 'Zoë', email: 'z@x' },
        committer: ann,
        at,
        message: 'S\n\nB',
      });
      const oid = gitRaw(folder, ['hash-object', '-t', 'commit', '-w', '--stdin'], bytes).toString().trim();
      const { commit } = await isomorphic.readCommit({ fs, gitdir: folder, oid });
      const ours = parseCommit(oid as CommitId, newObject('commit', bytes).bytes);
      expect(ours.message).toBe(commit.message);
      expect(ours.author).toEqual({ name: commit.author.name, email: commit.author.email });
      expect(ours.authoredAt).toBe(commit.author.timestamp * 1000);
    });
  });
});
