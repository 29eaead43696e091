import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTargets } from '../../src/fields/targets.ts';
import { parseTargetPath, type TargetStep } from '../../src/policy/document/target-path.ts';
import { encode } from '../../src/yaml/decode.ts';

type Json = string | number | null | readonly Json[] | { readonly [key: string]: Json };

const key = fc.constantFrom('a', 'b', 'name', 'x y');
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, depthSize: 'large' },
    fc.constantFrom<Json>('a', 'b', '', 1, null),
    fc.array(tie('json'), { minLength: 1, maxLength: 3 }),
    fc.dictionary(key, tie('json'), { minKeys: 1, maxKeys: 4 }),
  ),
}));
const step = fc.oneof(
  key.map((name) => `["${name}"]`),
  fc.constantFrom('.a', '.b', '.name', '[*]', '.*', '[0]', '[1]', "[?@.name=='a']", "[?@=='b']"),
);
const path = fc.array(step, { minLength: 1, maxLength: 3 }).map((steps) => `$${steps.join('')}`);

/** The same on plain values: pointers of all that the steps lead to. */
function naive(root: Json, steps: readonly TargetStep[]): { pointer: string; value: Json }[] {
  let found = [{ pointer: '', value: root }];
  for (const one of steps) {
    found = found.flatMap(({ pointer, value }) => {
      if (value === null || typeof value !== 'object') return [];
      const inside = Object.entries<Json>(value).map(([name, inner]) => ({
        name,
        pointer: `${pointer}/${name}`,
        value: inner,
      }));
      switch (one.kind) {
        case 'name':
          return Array.isArray(value) ? [] : inside.filter(({ name }) => name === one.name);
        case 'index':
          return Array.isArray(value) ? inside.filter(({ name }) => name === String(one.index)) : [];
        case 'all':
          return inside;
        case 'where':
          return inside.filter((inner) => naiveText(inner.value, one.keys) === one.value);
      }
    });
  }
  return found;
}

function naiveText(value: Json, keys: readonly string[]): string | undefined {
  let at: Json | undefined = value;
  for (const name of keys) {
    if (at === null || typeof at !== 'object' || Array.isArray(at)) return undefined;
    at = (at as Record<string, Json>)[name];
  }
  return typeof at === 'string' || typeof at === 'number' ? String(at) : undefined;
}

function isValue(one: Json): boolean {
  return one === null || typeof one !== 'object';
}

describe('paths of targets', () => {
  it('lead in files where they lead in plain values', () => {
    let hits = 0;
    fc.assert(
      fc.property(json, path, fc.boolean(), (value, text, flat) => {
        const parsed = parseTargetPath(text);
        if ('error' in parsed) throw new Error(parsed.error);
        const [found] = readTargets(encode(JSON.stringify(value, null, flat ? 0 : 2)), [parsed.steps]);
        const wanted = naive(value, parsed.steps);
        expect(found?.values.map(({ pointer }) => pointer)).toEqual(
          wanted.filter((one) => isValue(one.value)).map(({ pointer }) => pointer),
        );
        expect(found?.collections).toHaveLength(wanted.filter((one) => !isValue(one.value)).length);
        expect(found?.missing === undefined).toBe(wanted.length > 0);
        hits += wanted.length;
      }),
      { numRuns: 2000, seed: 7 },
    );
    expect(hits).toBeGreaterThan(300);
  });

  it.each([
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x61, 0), 'bad-encoding'],
    ['broken YAML', encode('a: [\n'), 'bad-yaml'],
    [
      'an alias bomb',
      encode(`a: &a [x, x]\n${Array.from({ length: 10 }, (_, at) => `b${at}: &b${at} [*a, *a]\n`).join('')}`),
      undefined,
    ],
  ])('%s is read to an end', (_, bytes, code) => {
    const parsed = parseTargetPath('$.*[*][*]');
    const [found] = readTargets(bytes, ['steps' in parsed ? parsed.steps : []]);
    expect(found?.problem?.code).toBe(code);
    expect(found?.values).toEqual([]);
  });
});
