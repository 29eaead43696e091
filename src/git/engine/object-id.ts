import { createHash, hash } from 'node:crypto';

/** 40 hex digits: the SHA-1 of an object's type, size and content. */
export type ObjectId = string;

export const objectTypes = ['commit', 'tree', 'blob', 'tag'] as const;
export type ObjectType = (typeof objectTypes)[number];

export interface GitObject {
  readonly type: ObjectType;
  readonly bytes: Uint8Array;
}

/** An object that was made here and is in no store yet. */
export interface NewObject extends GitObject {
  readonly id: ObjectId;
}

/** Where objects are read from. A missing object is `undefined`; damaged ones throw Failure `corrupt`. */
export interface ObjectReader {
  read(id: ObjectId): GitObject | undefined;
  has(id: ObjectId): boolean;
}

export function isObjectId(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

export function hashObject(type: ObjectType, bytes: Uint8Array): ObjectId {
  const header = Buffer.from(`${type} ${bytes.byteLength}\0`, 'latin1');
  // One-shot hashing is three times as fast for small objects; large ones are not copied for it.
  if (bytes.byteLength <= oneShotBytes) return hash('sha1', Buffer.concat([header, bytes]), 'hex');
  return createHash('sha1').update(header).update(bytes).digest('hex');
}

export function newObject(type: ObjectType, bytes: Uint8Array): NewObject {
  return { id: hashObject(type, bytes), type, bytes };
}

const oneShotBytes = 256 * 1024;
