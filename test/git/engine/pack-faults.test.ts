import { deflateSync } from 'node:zlib';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Failure } from '../../../src/core/failure.ts';
import { hashObject, newObject } from '../../../src/git/engine/object-id.ts';
import { readPack, type PackedObject, type PackLimits } from '../../../src/git/engine/pack-reader.ts';
import { writePack } from '../../../src/git/engine/pack-writer.ts';
import { addEntry, craftPack, entryHead, refDelta, seal, varint } from './craft-pack.ts';

const base = newObject('blob', Buffer.from('a base of some length, for deltas to copy from'));
const sound = addEntry(
  writePack([base, newObject('blob', Buffer.alloc(3000, 'abc')), newObject('tree', Buffer.alloc(0))]),
  refDelta(base.id, Buffer.from([...varint(base.bytes.length), ...varint(8), 0x91, 2, 5, 3, 65, 66, 67])),
);

function read(pack: Buffer, limits: Partial<PackLimits> = {}): PackedObject[] {
  const found: PackedObject[] = [];
  readPack(pack, { visit: (object) => void found.push(object), limits });
  return found;
}

describe('readPack with a pack that is not what it should be', () => {
  it('reads the pack that the cases below spoil', () => {
    expect(read(sound).map(({ bytes }) => bytes.length)).toEqual([base.bytes.length, 3000, 0, 8]);
  });

  it('refuses every pack that was cut off', () => {
    for (let length = 0; length < sound.length; length++) {
      expect(() => read(sound.subarray(0, length)), `${length} bytes`).toThrow(
        expect.objectContaining({ code: 'corrupt' }),
      );
    }
  });

  it('refuses every flipped bit', () => {
    fc.assert(
      fc.property(fc.nat(sound.length * 8 - 1), (bit) => {
        const pack = Buffer.from(sound);
        pack[bit >> 3] = (pack[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => read(pack)).toThrow(expect.objectContaining({ code: 'corrupt' }));
      }),
    );
  });

  it('gives a Failure or true objects where somebody changed bytes and set the checksum right', () => {
    const edits = fc.array(fc.tuple(fc.nat(sound.length - 21), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(edits, (edits) => {
        const body = Buffer.from(sound.subarray(0, sound.length - 20));
        for (const [at, byte] of edits) body[at] = byte;
        const outcome = attempt(() => read(seal(body), { objects: 1000, bytes: 10_000_000 }));
        const fine =
          outcome instanceof Failure ? /^(corrupt|too-large)$/.test(outcome.code) : outcome.every(isTrue);
        expect(fine).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  const bomb = deflateSync(Buffer.alloc(50_000_000));
  it.each<[string, Buffer, string]>([
    ['more objects than there are', craftPack([], 1), 'corrupt'],
    ['fewer objects than there are', craftPack([entry(3, 'x'), entry(3, 'y')], 1), 'corrupt'],
    ['a count over the bound', craftPack([], 4_000_000_000), 'too-large'],
    [
      'a size that is too small for its content',
      craftPack([Buffer.concat([entryHead(3, 10), bomb])]),
      'corrupt',
    ],
    [
      'a size that is too large for its content',
      craftPack([Buffer.concat([entryHead(3, 500), deflateSync('x')])]),
      'corrupt',
    ],
    [
      'an object over the cap',
      craftPack([Buffer.concat([entryHead(3, 200_000_000), deflateSync('x')])]),
      'too-large',
    ],
    ['a size without end', craftPack([Buffer.alloc(40, 0xff)]), 'too-large'],
    [
      'a size of nothing without end',
      craftPack([Buffer.from([0xb0, ...Array<number>(40).fill(0x80)])]),
      'corrupt',
    ],
    ['an unknown type', craftPack([Buffer.concat([entryHead(5, 1), deflateSync('x')])]), 'corrupt'],
    [
      'an offset to itself',
      craftPack([Buffer.concat([entryHead(6, 1), Buffer.from([0]), deflateSync('x')])]),
      'corrupt',
    ],
    [
      'an offset before the pack',
      craftPack([Buffer.concat([entryHead(6, 1), Buffer.from([100]), deflateSync('x')])]),
      'corrupt',
    ],
    [
      'an offset into an entry',
      craftPack([entry(3, 'x'), Buffer.concat([entryHead(6, 1), Buffer.from([3]), deflateSync('x')])]),
      'corrupt',
    ],
    ['a base that is nowhere', craftPack([refDelta('1'.repeat(40), Buffer.from([1, 1, 1, 65]))]), 'corrupt'],
    ['a delta for another base', delta([99, 1, 1, 65]), 'corrupt'],
    ['a delta that gives too little', delta([...varint(base.bytes.length), 5, 1, 65]), 'corrupt'],
    ['a delta that gives too much', delta([...varint(base.bytes.length), 1, 2, 65, 66]), 'corrupt'],
    ['a delta that copies from beyond', delta([...varint(base.bytes.length), 9, 0x91, 60, 9]), 'corrupt'],
    ['a delta with a reserved instruction', delta([...varint(base.bytes.length), 1, 0]), 'corrupt'],
    ['a delta cut off in an instruction', delta([...varint(base.bytes.length), 1, 0x91]), 'corrupt'],
    ['a delta of nothing', delta([]), 'corrupt'],
    [
      'a delta whose result is over the cap',
      delta([...varint(base.bytes.length), ...varint(200_000_000), 0]),
      'too-large',
    ],
    [
      'bytes after the last object',
      seal(Buffer.concat([sound.subarray(0, -20), Buffer.from('x')])),
      'corrupt',
    ],
    [
      'another version',
      seal(Buffer.concat([Buffer.from('PACK\0\0\0\x04'), sound.subarray(8, -20)])),
      'corrupt',
    ],
    ['no pack', Buffer.from('<html><body>Sign in</body></html>'.repeat(3)), 'corrupt'],
  ])('refuses %s', (_, pack, code) => {
    expect(() => read(pack)).toThrow(expect.objectContaining({ code }));
  });

  it('stops where all objects together are over the bound', () => {
    const many = craftPack(
      Array.from({ length: 50 }, () =>
        Buffer.concat([entryHead(3, 1_000_000), deflateSync(Buffer.alloc(1_000_000))]),
      ),
    );
    expect(() => read(many, { bytes: 20_000_000 })).toThrow(expect.objectContaining({ code: 'too-large' }));
  });
});

function entry(type: number, text: string): Buffer {
  return Buffer.concat([entryHead(type, text.length), deflateSync(text)]);
}

function delta(bytes: readonly number[]): Buffer {
  return addEntry(writePack([base]), refDelta(base.id, Buffer.from(bytes)));
}

function attempt<Result>(work: () => Result): Result | Failure {
  try {
    return work();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

function isTrue(object: PackedObject): boolean {
  return hashObject(object.type, object.bytes) === object.id;
}
