import { Failure } from '../core/failure.ts';
import { compareByteOrder } from './byte-order.ts';
import type { Tree, TreeEntry } from './tree.ts';

/** A tree of the given files, path by path; ids are those that git gives the same content (SHA-1). */
export function memoryTree(files: Readonly<Record<string, string | Uint8Array>>): Tree {
  const contents = new Map(
    Object.entries(files).map(([path, content]) => [
      path,
      typeof content === 'string' ? new TextEncoder().encode(content) : content,
    ]),
  );
  return new MemoryTree(contents);
}

class MemoryTree implements Tree {
  readonly #contents: ReadonlyMap<string, Uint8Array>;

  constructor(contents: ReadonlyMap<string, Uint8Array>) {
    this.#contents = contents;
  }

  async list(): Promise<readonly TreeEntry[]> {
    const paths = [...this.#contents.keys()].sort(compareByteOrder);
    const entries = await Promise.all(paths.map((path) => this.entry(path)));
    return entries.filter((entry) => entry !== undefined);
  }

  async entry(path: string): Promise<TreeEntry | undefined> {
    const bytes = this.#contents.get(path);
    return bytes && { path, id: await blobId(bytes), mode: 'file' };
  }

  read<Entry extends TreeEntry>(
    entries: readonly Entry[],
    visit: (entry: Entry, bytes: Uint8Array) => void,
  ): Promise<void> {
    for (const entry of entries) {
      const bytes = this.#contents.get(entry.path);
      if (bytes === undefined) {
        return Promise.reject(
          new Failure('not-found', `${entry.path} is not in the tree`, { file: entry.path }),
        );
      }
      visit(entry, bytes);
    }
    return Promise.resolve();
  }
}

async function blobId(bytes: Uint8Array): Promise<string> {
  const header = new TextEncoder().encode(`blob ${bytes.length}\0`);
  const object = new Uint8Array(header.length + bytes.length);
  object.set(header);
  object.set(bytes, header.length);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-1', object));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
