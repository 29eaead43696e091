import { describe, expect, it } from 'vitest';
import { memoryTree } from '../../src/tree/memory-tree.ts';
import { treeContract } from './tree-contract.ts';

treeContract('memory', (files) => Promise.resolve(memoryTree(files)));

describe('memoryTree', () => {
  it.each([
    ['', 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'],
    ['hello\n', 'ce013625030ba8dba906f756967f9e9ca394464a'],
  ])('gives the ids that git gives: %j', async (content, id) => {
    expect(await memoryTree({ file: content }).list()).toEqual([{ path: 'file', id, mode: 'file' }]);
  });
});
