import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { writeDurably } from '../engine/durable.ts';
import { writeLoose } from '../engine/loose-objects.ts';
import type { NewObject } from '../engine/object-id.ts';
import type { ObjectStore } from '../engine/object-store.ts';
import { PackWriter } from '../engine/pack-writer.ts';
import { share, type Sharing } from './sharing.ts';

/** From here on they come as one pack: as many as git itself unpacks (`receive.unpackLimit`). */
const mostLoose = 100;
const busyMilliseconds = 15;

/**
 * Puts the objects of a push on the disk, flushed: a few as loose ones, more as one pack, since each file costs a flush. All are written, also those that
 * a pack holds already: what no ref keeps may be pruned by somebody at any time. Until the branch holds it, a pack is kept from that by a `.keep` file,
 * as git does it.
 * @param sharing of the repository
 * @returns to be called once the branch has moved, or will not
 * @throws Failure `disk`
 */
export async function writeObjects(
  store: ObjectStore,
  objects: readonly NewObject[],
  sharing?: Sharing,
): Promise<() => void> {
  if (objects.length < mostLoose) {
    for (const object of objects) writeSharedly(store.directory, object, sharing);
    return () => undefined;
  }
  const pack = await packInTurns(objects);
  const name = pack.subarray(pack.length - 20).toString('hex');
  const keep = join(store.directory, 'pack', `pack-${name}.keep`);
  const release = (): void => removeQuietly(keep);
  writeDurably(keep, `tallyman ${process.pid}\n`);
  try {
    const { path } = await store.addPackInTurns(pack);
    for (const file of [path, path.replace(/\.pack$/, '.idx')]) share(file, sharing);
    store.forgetRecent();
  } catch (error) {
    release();
    throw error;
  }
  return release;
}

function writeSharedly(directory: string, object: NewObject, sharing: Sharing | undefined): void {
  const folder = join(directory, object.id.slice(0, 2));
  const file = join(folder, object.id.slice(2));
  const [isNewFolder, isNewFile] = [folder, file].map((path) => sharing !== undefined && !existsSync(path));
  writeLoose(directory, object);
  if (isNewFolder === true) share(folder, sharing);
  if (isNewFile === true) share(file, sharing);
}

/** Other work of the process gets its turn meanwhile. */
async function packInTurns(objects: readonly NewObject[]): Promise<Buffer> {
  const writer = new PackWriter();
  let pause = performance.now() + busyMilliseconds;
  for (const object of objects) {
    writer.add(object);
    if (performance.now() < pause) continue;
    await setImmediate();
    pause = performance.now() + busyMilliseconds;
  }
  return writer.end();
}

/** One that stays is in nobody's way: the pack is not folded then. What became of the push matters more. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // the disk takes nothing any more
  }
}
