import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';

import { Failure } from '../../core/failure.ts';
import { diskFailure, errorCode, writeDurably } from './durable.ts';
import { maxObjectBytes } from './inflate.ts';
import { hashObject, objectTypes, type GitObject, type NewObject, type ObjectId } from './object-id.ts';

/** Reads one loose object, or `undefined` where there is none. @throws Failure `corrupt` or `too-large` */
export function readLoose(objects: string, id: ObjectId): GitObject | undefined {
  const path = loosePath(objects, id);
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw diskFailure(error, 'read', path);
  }
  return parseLoose(id, inflateLoose(id, file));
}

export function hasLoose(objects: string, id: ObjectId): boolean {
  return existsSync(loosePath(objects, id));
}

export function writeLoose(objects: string, object: NewObject): void {
  if (hasLoose(objects, object.id)) return;
  const header = Buffer.from(`${object.type} ${object.bytes.length}\0`, 'latin1');
  writeDurably(loosePath(objects, object.id), deflateSync(Buffer.concat([header, object.bytes])), 0o444);
}

function loosePath(objects: string, id: ObjectId): string {
  return join(objects, id.slice(0, 2), id.slice(2));
}

function inflateLoose(id: ObjectId, file: Buffer): Buffer {
  try {
    return inflateSync(file, { maxOutputLength: maxObjectBytes + 32 });
  } catch (error) {
    if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE')
      throw new Failure('too-large', `object ${id} is over ${maxObjectBytes} bytes`);
    throw new Failure('corrupt', `the loose object ${id} is damaged: it does not inflate`, { cause: error });
  }
}

function parseLoose(id: ObjectId, bytes: Buffer): GitObject {
  const nul = bytes.subarray(0, 32).indexOf(0);
  const [type, size] = bytes.toString('latin1', 0, Math.max(0, nul)).split(' ');
  const known = objectTypes.find((name) => name === type);
  const content = bytes.subarray(nul + 1);
  if (known === undefined || Number(size) !== content.length || hashObject(known, content) !== id) {
    throw new Failure('corrupt', `the loose object ${id} is damaged: its content does not fit its name`);
  }
  return { type: known, bytes: content };
}
