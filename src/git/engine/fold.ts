import type { GitObject, ObjectId } from './object-id.ts';
import type { ObjectStore } from './object-store.ts';
import { writePack } from './pack-writer.ts';

/** More packs than this are folded. */
export const mostPacks = 24;

/**
 * Each fetch and each push adds a small pack. Once there are many, they become one that holds only what is still wanted; the
 * largest pack stays as it is until the others together outweigh it. So the clone grows no larger than about twice what is wanted,
 * and the work of folding stays in proportion to what came.
 */
export function foldPacks(store: ObjectStore, wanted: () => ReadonlySet<ObjectId>): boolean {
  const packs = [...store.packs()].sort((a, b) => b.size() - a.size());
  if (packs.length <= mostPacks) return false;
  const [largest, ...small] = packs;
  if (largest === undefined) return false;
  const weight = small.reduce((sum, pack) => sum + pack.size(), 0);
  const folded = weight > largest.size() ? packs : small;
  const keep = wanted();
  const ids = new Set<ObjectId>();
  for (const pack of folded) {
    for (const id of pack.index.ids()) {
      if (keep.has(id) && (folded === packs || largest.index.find(id) === undefined)) ids.add(id);
    }
  }
  const objects: GitObject[] = [];
  for (const id of store.inReadingOrder(ids)) {
    const object = store.read(id);
    if (object !== undefined) objects.push(object);
  }
  const { path } = objects.length > 0 ? store.addPack(writePack(objects)) : { path: '' };
  store.removePacks(folded.filter((pack) => pack.path !== path));
  return true;
}
