import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeltaBases, type KeptBases } from '../../../src/git/engine/delta-bases.ts';

const blob = (bytes: Uint8Array): { readonly type: 'blob'; readonly bytes: Uint8Array } => ({
  type: 'blob',
  bytes,
});
const sizeOf = (packs: readonly KeptBases[]): number =>
  packs.reduce((sum, bases) => [...bases.values()].reduce((all, { bytes }) => all + bytes.length, sum), 0);

describe('bases of deltas', () => {
  it('keeps the latest of all packs together, and never more than the bound', () => {
    const kept = fc.array(
      fc.record({ pack: fc.nat(2), offset: fc.nat(40), size: fc.nat(60), close: fc.nat(9) }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(kept, (all) => {
        const bases = new DeltaBases(200);
        const packs: KeptBases[] = [new Map(), new Map(), new Map()];
        for (const { pack, offset, size, close } of all) {
          const of = packs[pack] ?? new Map();
          if (close === 0) of.clear(); // as a pack does that is closed
          const bytes = Buffer.alloc(size, pack * 41 + offset);
          const expected = of.get(offset)?.bytes ?? bytes;
          bases.keep(of, offset, blob(bytes));
          expect(of.get(offset)?.bytes).toEqual(expected);
          expect(sizeOf(packs)).toBeLessThanOrEqual(200);
        }
      }),
      { seed: 7 },
    );
  });

  it('drops the first to come', () => {
    const bases = new DeltaBases(100);
    const [one, other]: [KeptBases, KeptBases] = [new Map(), new Map()];
    bases.keep(one, 1, blob(Buffer.alloc(60)));
    bases.keep(other, 1, blob(Buffer.alloc(40)));
    bases.keep(other, 2, blob(Buffer.alloc(1)));
    expect([[...one.keys()], [...other.keys()]]).toEqual([[], [1, 2]]);
    bases.keep(one, 3, blob(Buffer.alloc(101)));
    expect(one.size).toBe(0);
  });

  it('keeps nothing else alive, and nobody else changes it', () => {
    const bases = new DeltaBases();
    const pack: KeptBases = new Map();
    const large = Buffer.alloc(1_000_000);
    for (let at = 0; at < 1000; at++) bases.keep(pack, at, blob(large.subarray(at * 100, at * 100 + 100)));
    large.fill(1);
    const blocks = new Set(Array.from(pack.values(), ({ bytes }) => bytes.buffer));
    expect([...blocks].reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(600_000);
    expect([...pack.values()].every(({ bytes }) => bytes.every((byte) => byte === 0))).toBe(true);
  });
});
