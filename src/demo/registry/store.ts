import type { Content } from './image.ts';

export interface StoredRepository {
  readonly tags: Map<string, string>;
  readonly manifests: Map<string, Content>;
  readonly blobs: Map<string, Uint8Array>;
}

/** What the embedded registry holds, in memory: repositories by name, each with its tags, manifests and blobs. */
export class RegistryStore {
  readonly #repositories = new Map<string, StoredRepository>();

  find(name: string): StoredRepository | undefined {
    return this.#repositories.get(name);
  }

  /** The repository of that name, made where it is not there yet. */
  open(name: string): StoredRepository {
    const found = this.#repositories.get(name);
    if (found !== undefined) return found;
    const made = { tags: new Map(), manifests: new Map(), blobs: new Map() };
    this.#repositories.set(name, made);
    return made;
  }
}

/** Tags in byte order, as the distribution spec lists them. */
export function sortedTags(repository: StoredRepository): string[] {
  return [...repository.tags.keys()].sort((a, b) => (a < b ? -1 : 1));
}
