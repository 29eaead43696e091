import { describe, expect, it } from 'vitest';
import { parseRange } from '../../src/policy/versions/semver-range.ts';
import { parseVersion } from '../../src/policy/versions/version.ts';
import { badOperands, named, operatorRows, prereleases, releases, spacings } from './semver-grammar-rows.ts';

const probes = [...releases, ...prereleases];

for (const { spellings, rows } of operatorRows) {
  for (const spelling of spellings) {
    describe(`operator ${spelling === '' ? '(none)' : spelling}`, () => {
      const whole = rows.map(([label, operand, wanted, wantedPre = '']) => ({
        label,
        operand,
        wanted,
        wantedPre,
      }));
      it.each(whole)('$label: $operand', ({ operand, wanted, wantedPre }) => {
        const expected = [...named(wanted, releases), ...named(wantedPre, prereleases)];
        expect(admitted(`${spelling}${operand}`)).toEqual(expected);
      });

      it.each(spacings)('takes %s', (_label, before, between, after) => {
        const spaced = `${before}${spelling}${between}1.2${after}`;
        expect(admitted(spaced)).toEqual(admitted(`${spelling}1.2`));
      });

      it.each(badOperands)('refuses %s behind it: %j', (_label, operand) => {
        expect(parseRange(`${spelling}${operand}`)).toEqual({ error: expect.any(String) });
      });

      it.each(spelling === '' ? [] : operatorRows.flatMap((other) => other.spellings).filter(Boolean))(
        'refuses %s behind it',
        (other) => {
          // Two that make a third are that one: `=` and `>`, `<` and `=`.
          const joined = operatorRows.some((known) => known.spellings.includes(`${spelling}${other}`));
          expect('error' in parseRange(`${spelling}${other}1`)).toBe(!joined);
        },
      );
    });
  }
}

describe('alternatives', () => {
  it('open to pre-releases one by one', () => {
    const both = admitted('>=2.0.0-0 || 1.2.x');
    expect(both).toEqual([
      '1.2.0',
      '1.2.2',
      '1.2.3',
      '1.2.4',
      '1.2.9',
      '2.0.0',
      '2.9.9',
      '3.0.0',
      '2.0.0-rc.1',
      '3.0.0-rc.1',
    ]);
  });

  const rows = operatorRows.flatMap(({ spellings, rows }) =>
    rows.map(([label, operand]) => [`${spellings[0] ?? ''}${operand}`, label] as const),
  );
  it.each(rows)('%s or nothing is itself (%s)', (range) => {
    expect(admitted(`${range} || >3 <3`)).toEqual(admitted(range));
  });
});

function admitted(text: string): readonly string[] {
  const range = parseRange(text);
  if ('error' in range) throw new Error(`${text}: ${range.error}`);
  return probes.filter((probe) => {
    const version = parseVersion(probe, true);
    if (version === undefined) throw new Error(`${probe} is no version`);
    return range.admits(version);
  });
}
