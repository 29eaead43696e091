import { createInflate, deflateSync } from 'node:zlib';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Inflater } from '../../../src/git/engine/inflate.ts';
import { ZlibHandle } from '../../../src/git/engine/zlib-handle.ts';

describe('ZlibHandle', () => {
  it('can be used with this Node', () => {
    expect(ZlibHandle.open()).toBeDefined();
  });

  it.each<[string, object]>([
    ['nothing inside', {}],
    ['no state', { _handle: native() }],
    ['a state of another kind', { _handle: native(), _writeState: [0, 0] }],
    ['a state that is another one’s', { _handle: native(), _writeState: new Uint32Array(2) }],
    ['another handle', { _handle: { write: () => undefined }, _writeState: new Uint32Array(2) }],
    [
      'a handle that does nothing',
      { _handle: { writeSync: () => 0, reset: () => 0 }, _writeState: new Uint32Array(2) },
    ],
    [
      'a handle that fails',
      {
        _handle: {
          writeSync: () => {
            throw new TypeError('other arguments');
          },
          reset: () => 0,
        },
        _writeState: new Uint32Array(2),
      },
    ],
  ])('is not used where a stream has %s', (_, stream) => {
    expect(ZlibHandle.open(stream)).toBeUndefined();
  });
});

describe.each<[string, () => Inflater, boolean]>([
  ['with the handle of Node', () => new Inflater(), true],
  ['without it', () => new Inflater(null), false],
])('Inflater %s', (_, open, takesPieces) => {
  const inflater = open();
  const text = fc.uint8Array({ maxLength: 5000 }).map((bytes) => Buffer.from(bytes));

  it('gives back what was deflated, whatever was read before, and stands behind it', () => {
    expect(inflater.takesPieces).toBe(takesPieces);
    fc.assert(
      fc.property(text, text, (bytes, rest) => {
        const stream = deflateSync(bytes);
        const input = Buffer.concat([rest, stream, rest]);
        expect(inflater.exactly(input, rest.length, bytes.length, 'it')).toEqual(bytes);
        expect(inflater.used).toBe(stream.length);
        const noise = Buffer.alloc(20, 255);
        expect(() => inflater.exactly(noise, 0, 10, 'it')).toThrow('it is damaged');
      }),
    );
  });

  it.each<[string, Buffer, number]>([
    ['gives more than it states', deflateSync('seven b'), 6],
    ['gives less than it states', deflateSync('seven b'), 8],
    ['gives something where nothing is stated', deflateSync('x'), 0],
    ['is cut off', deflateSync('seven b').subarray(0, -1), 7],
    ['has a wrong checksum', Buffer.concat([deflateSync('seven b').subarray(0, -4), Buffer.alloc(4)]), 7],
    ['is none', Buffer.from('no stream at all'), 7],
    ['is empty', Buffer.alloc(0), 0],
  ])('refuses a stream that %s', (_, input, size) => {
    expect(() => inflater.exactly(input, 0, size, 'it')).toThrow(
      expect.objectContaining({ code: 'corrupt', message: expect.stringContaining('it is damaged') }),
    );
  });

  it('writes nowhere but where it is told to', () => {
    const output = Buffer.alloc(30, '.');
    inflater.begin();
    const input = deflateSync('0123456789');
    expect(inflater.write(input, 0, input.length, output, 10, 15)).not.toBe('ended');
    expect(output.toString('latin1').replaceAll(/[0-9]/g, '.')).toBe('.'.repeat(30));
    expect(output.subarray(0, 10).toString() + output.subarray(15).toString()).toBe('.'.repeat(25));
    for (const [from, to, at, end] of [
      [0, 99, 0, 30],
      [5, 4, 0, 30],
      [-1, 4, 0, 30],
      [0, 4, 0, 31],
      [0, 4, 9, 8],
      [0, 4, Number.NaN, 8],
    ] as const)
      expect(() => inflater.write(input, from, to, output, at, end)).toThrow(RangeError);
  });
});

describe('Inflater', () => {
  it('takes a stream in any pieces', () => {
    const inflater = new Inflater();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.array(fc.nat(), { maxLength: 8 }), (bytes, cuts) => {
        const input = deflateSync(bytes);
        const output = Buffer.alloc(bytes.length + 1);
        const places = [...cuts.map((cut) => cut % input.length).sort((a, b) => a - b), input.length];
        let [from, at] = [0, 0];
        inflater.begin();
        const steps = places.map((to) => {
          const step = inflater.write(input, from, to, output, at, output.length);
          expect(from + inflater.used).toBe(to);
          from = to;
          at += inflater.made;
          return step;
        });
        expect(steps).toEqual(places.map((to) => (to === input.length ? 'ended' : 'needs-input')));
        expect(output.subarray(0, at)).toEqual(Buffer.from(bytes));
      }),
    );
  });
});

function native(): unknown {
  return (createInflate() as unknown as { readonly _handle: unknown })._handle;
}
