import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommitBlocks, commitsIn } from '../../../src/git/engine/commit-blocks.ts';
import type { CommitView } from '../../../src/git/engine/commit-view.ts';
import { parseCommit } from '../../../src/git/engine/commit.ts';
import { claimsOf } from '../../../src/release/claims.ts';
import type { LoggedCommit } from '../../../src/release/log.ts';
import { renderRecord } from '../../../src/release/record.ts';
import { record } from '../../release/samples.ts';

const line = renderRecord(record());
const signs = { anywhere: ['key:', 'other'], atStart: 'a start' };

describe('mayHold', () => {
  const messages: readonly [label: string, message: string, expected: boolean][] = [
    ['another one', 'key other', true],
    ['neither', 'keys oth\n\ner a start', false],
    ['empty', '', false],
    ['the first of several', 'x\nkey: y', true],
    ['at the very end', 'x other', true],
    ['cut at the end', 'x othe', false],
    ['the beginning', 'A Start of it', true],
    ['behind blanks and stars', ' \t\n* * a START', true],
    ['behind a blank of another alphabet', '\u00a0\u3000a start', true],
    ['not at the beginning', 'x a start', false],
    ['the beginning, cut', 'a star', false],
  ];
  it.each(messages)('%s', (_, message, expected) => {
    const [, view] = blockOf(['other key: before', message, 'other key: behind']);
    expect(view?.mayHold(signs)).toBe(expected);
  });

  it('does not look into what stands around the message', () => {
    const [view] = blockOf(['x'], 'key: other <a start>');
    expect(view?.mayHold(signs)).toBe(false);
  });

  it('cannot say no of another encoding', () => {
    const [view] = blockOf(['x'], 'Ann <a@b>', '\nencoding UTF-16');
    expect(view?.mayHold(signs)).toBe(true);
  });

  it('says no only of full blocks', () => {
    const blocks = new CommitBlocks(() => undefined);
    const view = put(blocks, commitText('x', 'Ann <a@b>'));
    expect(view.mayHold(signs)).toBe(true);
    blocks.end();
    expect(view.mayHold(signs)).toBe(false);
  });

  it('reads of commits in blocks what it reads of each by itself', () => {
    const part = fc.constantFrom(
      line,
      line.slice(20),
      'Tallyman-Release: v=1',
      "build: automatic update of web\n\nupdates image acme/web tag '1' to '2'",
      'Update from image update automation',
      'automated IMAGE update\n\nAutomation name: flux/web\n\nImages:\n- acme/web:1.0\n',
      ' ',
      '*',
      '\n',
      'é',
      '\u00a0',
      'words',
    );
    const message = fc.array(part, { maxLength: 5 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), (texts) => {
        const views = blockOf(texts);
        const plain: LoggedCommit[] = views.map(({ id, bytes }) => parseCommit(id, bytes));
        const told = toldBy(views);
        expect(told).toEqual(toldBy(plain));
      }),
    );
  });
});

/** What the messages tell, by the place of the commit. */
function toldBy(commits: readonly LoggedCommit[]): unknown {
  const { releases, others, unreadable } = claimsOf(commits, 'main');
  const place = ({ commit }: { readonly commit: LoggedCommit }): number => commits.indexOf(commit);
  return [
    releases.map((one) => [place(one), one.record]),
    others.map((one) => [place(one), one.change]),
    unreadable.map((one) => [place(one), one.lines]),
  ];
}

function blockOf(messages: readonly string[], person = 'Ann <a@b>', more = ''): readonly CommitView[] {
  const full: Buffer[] = [];
  const blocks = new CommitBlocks((block) => full.push(block));
  for (const message of messages) put(blocks, commitText(message, person, more));
  blocks.end();
  return full.flatMap((block) => [...commitsIn(block)]);
}

function put(blocks: CommitBlocks, bytes: Buffer): CommitView {
  const { block, at } = blocks.room(bytes.length);
  bytes.copy(block, at);
  return blocks.keep();
}

function commitText(message: string, person: string, more = ''): Buffer {
  const stamp = `${person} 1700000000 +0000`;
  return Buffer.from(`tree ${'1'.repeat(40)}\nauthor ${stamp}\ncommitter ${stamp}${more}\n\n${message}`);
}
