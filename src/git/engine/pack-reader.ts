import { setImmediate } from 'node:timers/promises';

import type { GitObject, ObjectId } from './object-id.ts';
import { PackBytes } from './pack-bytes.ts';
import { PackPass } from './pack-pass.ts';

/** One object as the reader meets it. `bytes` must not be changed. */
export interface PackedObject extends GitObject {
  readonly id: ObjectId;
  /** Where its entry starts in the pack, and where the next one does. */
  readonly offset: number;
  readonly end: number;
}

export interface PackReading {
  /** Called once for each object, bases before what is made from them. `pack` are its bytes, at least to the object's end. */
  readonly visit: (object: PackedObject, pack: Buffer) => void;
  /** Gives the bases that a thin pack leaves out. */
  readonly external?: (id: ObjectId) => GitObject | undefined;
  readonly limits?: Partial<PackLimits>;
}

export interface PackLimits {
  /** Default 5,000,000. */
  readonly objects: number;
  /** Inflated bytes of all objects and deltas, bases that must be made again included. Default 4 GiB. */
  readonly bytes: number;
}

export interface PackSummary {
  /** Those that were shown. */
  readonly objects: number;
  /** Bases that came from `external`; the pack is complete once they are added. */
  readonly externalBases: ReadonlyMap<ObjectId, GitObject>;
}

/**
 * Reads a pack in one pass: every object is inflated once, made from its base where it is a delta, and named by its
 * hash. The pack is untrusted: its trailer is checked first, counts and sizes are bounded. Objects that later deltas
 * may be made from are kept up to 32 MiB and made again where that was not enough.
 * @throws Failure `corrupt` or `too-large`
 */
export function readPack(pack: Buffer, reading: PackReading): PackSummary {
  const bytes = new PackBytes(pack);
  const pass = new PackPass(bytes, reading);
  while (!bytes.check(Infinity));
  while (!pass.readOn(Infinity));
  return pass.finish();
}

/** The same; after some milliseconds each, connections and timers get their turn. Nobody may change `pack` until it is done. */
export async function readPackInTurns(pack: Buffer, reading: PackReading): Promise<PackSummary> {
  const bytes = new PackBytes(pack);
  const pass = new PackPass(bytes, reading);
  while (!bytes.check(hashedAtOnce)) await setImmediate();
  while (!pass.readOn(performance.now() + busyMilliseconds)) await setImmediate();
  return pass.finish();
}

export interface ArrivedPack extends PackSummary {
  /** All of it; empty where nothing came. */
  readonly pack: Buffer;
}

/**
 * The same while the pack's parts arrive. Objects are shown before it is known that the pack is whole: what they are, their ids prove, but nothing else
 * may be believed before this is done. What is wrong with the pack is told once all of it is here, its checksum first; what goes wrong with the parts, at once.
 * @throws Failure `corrupt` or `too-large`, and what `parts` throws
 */
export async function readPackAsItArrives(
  parts: AsyncIterable<Uint8Array>,
  reading: PackReading,
): Promise<ArrivedPack> {
  const bytes = new PackBytes();
  const pass = new PackPass(bytes, reading);
  const faults: unknown[] = [];
  let pause = performance.now() + busyMilliseconds;
  for await (const part of parts) {
    bytes.add(part);
    if (faults.length === 0) faults.push(...faultsOf(() => pass.readOn(pause)));
    if (performance.now() < pause) continue;
    await setImmediate();
    pause = performance.now() + busyMilliseconds;
  }
  const pack = bytes.finish();
  if (pack.length === 0) return { pack, objects: 0, externalBases: new Map() };
  bytes.check();
  for (const fault of faults) throw fault;
  while (!pass.readOn(performance.now() + busyMilliseconds)) await setImmediate();
  return { pack, ...pass.finish() };
}

function faultsOf(work: () => void): unknown[] {
  try {
    work();
    return [];
  } catch (error) {
    return [error];
  }
}

/** Some 10 ms. */
const hashedAtOnce = 8 * 1024 ** 2;
const busyMilliseconds = 15;
