import { setImmediate } from 'node:timers/promises';

import type { ObjectId } from './object-id.ts';
import type { ObjectStore } from './object-store.ts';
import type { PackFile } from './pack-file.ts';
import { PackWriter } from './pack-writer.ts';

/** More packs than this are folded. */
export const mostPacks = 24;

/**
 * Each fetch and each push adds a small pack. Once there are many, they become one that holds only what is still wanted; the
 * largest pack stays as it is until the others together outweigh it, or most of it is not wanted any more, as after a look into many old commits. So the
 * clone grows no larger than about twice what is wanted, and the work of folding stays in proportion to what came. Other work of the process gets
 * its turn meanwhile.
 */
export async function foldPacks(store: ObjectStore, wanted: () => ReadonlySet<ObjectId>): Promise<boolean> {
  const packs = [...store.packs()].sort((a, b) => b.size() - a.size());
  if (packs.length <= mostPacks) return false;
  const [largest, ...small] = packs;
  if (largest === undefined) return false;
  const weight = small.reduce((sum, pack) => sum + pack.size(), 0);
  const keep = wanted();
  const folded = weight > largest.size() || isMostlyWaste(largest, keep) ? packs : small;
  const ids = new Set<ObjectId>();
  for (const pack of folded) {
    for (const id of pack.index.ids()) {
      if (keep.has(id) && (folded === packs || largest.index.find(id) === undefined)) ids.add(id);
    }
  }
  const { path } = await writeAnew(store, ids);
  store.removePacks(folded.filter((pack) => pack.path !== path));
  return true;
}

function isMostlyWaste({ index }: PackFile, keep: ReadonlySet<ObjectId>): boolean {
  let kept = 0;
  for (const id of index.ids()) if (keep.has(id)) kept++;
  return kept * 2 < index.count;
}

async function writeAnew(store: ObjectStore, ids: ReadonlySet<ObjectId>): Promise<{ readonly path: string }> {
  const writer = new PackWriter();
  let pause = performance.now() + busyMilliseconds;
  for (const { id } of store.inReadingOrder(Array.from(ids, (id) => ({ id })))) {
    const object = store.read(id);
    if (object !== undefined) writer.add(object);
    if (performance.now() < pause) continue;
    await setImmediate();
    pause = performance.now() + busyMilliseconds;
  }
  return writer.count > 0 ? store.addPackInTurns(writer.end()) : { path: '' };
}

const busyMilliseconds = 15;
