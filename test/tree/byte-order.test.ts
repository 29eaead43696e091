import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareByteOrder } from '../../src/tree/byte-order.ts';

describe('compareByteOrder', () => {
  it('orders as the bytes of UTF-8 do', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', '/', '.', 'é', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{1f600}'),
    });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareByteOrder(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});
