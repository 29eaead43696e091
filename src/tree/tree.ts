import type { Failure } from '../core/failure.ts';

/** One file of a tree. `id` names its content: the blob's object id in git trees. */
export interface TreeEntry {
  /** From the root, with `/`, never with `.` or `..` parts. */
  readonly path: string;
  readonly id: string;
  readonly mode: 'file' | 'executable' | 'symlink' | 'submodule';
}

/** A tree of files, read only: a commit of a git repository, a directory, or memory. */
export interface Tree {
  /** Every entry below the root, sorted by path in byte order. Directories are not entries. */
  list(): Promise<readonly TreeEntry[]>;
  /** The entry at one path, without listing the others; `undefined` where there is no file. */
  entry(path: string): Promise<TreeEntry | undefined>;
  /**
   * Reads the given files and calls `visit` once for each, in an order of its own choosing (the cheapest). A file over the
   * tree's size cap is handed to `tooLarge` instead, with what to say of it; without `tooLarge` it ends the reading. The bytes
   * are the visitor's only until it returns: they may be overwritten by those of the next file.
   * @throws Failure `corrupt`, `not-found`, or `too-large` where a file is over the tree's size cap
   */
  read<Entry extends TreeEntry>(
    entries: readonly Entry[],
    visit: (entry: Entry, bytes: Uint8Array) => void,
    tooLarge?: (entry: Entry, failure: Failure) => void,
  ): Promise<void>;
}
