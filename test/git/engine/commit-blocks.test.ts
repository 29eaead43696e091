import { describe, expect, it } from 'vitest';
import { CommitBlocks, commitsIn } from '../../../src/git/engine/commit-blocks.ts';
import type { CommitView } from '../../../src/git/engine/commit-view.ts';
import { encodeCommit } from '../../../src/git/engine/commit.ts';
import { hashObject } from '../../../src/git/engine/object-id.ts';
import type { CommitId } from '../../../src/release/log.ts';
import { ann } from './histories.ts';

function bytesOf(n: number): Uint8Array {
  return encodeCommit({
    tree: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
    parents: [] as CommitId[],
    author: ann,
    committer: ann,
    at: n * 1000,
    message: `Commit ${n}\n${'x'.repeat(n % 300)}\n`,
  });
}

/** @returns what was kept of so many commits, and the blocks that were full, in order */
function keep(count: number): {
  readonly commits: readonly CommitView[];
  readonly blocks: readonly Buffer[];
} {
  const full: Buffer[] = [];
  const blocks = new CommitBlocks((block) => full.push(block));
  const commits = Array.from({ length: count }, (_, n) => {
    const bytes = bytesOf(n);
    const { block, at } = blocks.room(bytes.length);
    block.set(bytes, at);
    return blocks.keep();
  });
  blocks.end();
  return { commits, blocks: full };
}

describe('CommitBlocks', () => {
  it('keeps commits as they came, named by their hash, and gives them back from its blocks', () => {
    const { commits, blocks } = keep(5000);
    expect(commits.map(({ id }) => id)).toEqual(
      Array.from({ length: 5000 }, (_, n) => hashObject('commit', bytesOf(n))),
    );
    const again = blocks.flatMap((block) => [...commitsIn(block)]);
    expect(again.map(({ bytes }) => bytes.toString())).toEqual(commits.map(({ bytes }) => bytes.toString()));
  });

  it('holds little memory for a commit or two, and has few blocks of a long log', () => {
    for (const { bytes } of keep(2).commits) expect(bytes.buffer.byteLength).toBeLessThanOrEqual(4096);
    expect(keep(20_000).blocks.length).toBeLessThan(15);
  });
});
