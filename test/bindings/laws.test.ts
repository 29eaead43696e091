import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyFileEdits, planEdits } from '../../src/bindings/edits/edit.ts';
import { readFacts } from '../../src/fields/facts.ts';
import { encode } from '../../src/yaml/decode.ts';
import { one } from './one-field.ts';
import { edited, toOf, type Files } from './trees.ts';

describe('every golden tree', () => {
  const root = new URL('../golden', import.meta.url).pathname;
  const trees = readdirSync(root).filter((name) => name !== 'unchanged');
  const read = (name: string): { files: Files; set: Record<string, string> } => {
    const before = join(root, name, 'before');
    const paths = readdirSync(before, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const files = Object.fromEntries(
      paths.map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path.slice(before.length + 1), readFileSync(path, 'utf8')];
      }),
    );
    const { set } = JSON.parse(readFileSync(join(root, name, 'case.json'), 'utf8')) as {
      set: Record<string, string>;
    };
    return { files, set };
  };
  const turns: [string, (text: string) => string][] = [
    ['CRLF', (text) => text.replaceAll(/\r?\n/g, '\r\n')],
    ['a byte order mark', (text) => `\ufeff${text}`],
    ['no newline at the end', (text) => text.replace(/\r?\n$/, '')],
    ['trailing blanks in comments', (text) => text.replaceAll(/( #[^\n"]*)\n/g, '$1 \t\n')],
  ];

  for (const name of trees) {
    it.each(turns)(`${name} is edited in the same way with %s`, (_, turn) => {
      const { files, set } = read(name);
      const plain = edited(files, set);
      const turned = edited(
        Object.fromEntries(Object.entries(files).map(([path, text]) => [path, turn(text)])),
        set,
      );
      expect(turned.problems.map(({ code }) => code)).toEqual(plain.problems.map(({ code }) => code));
      for (const [path, text] of Object.entries(plain.after)) expect(turned.after[path]).toBe(turn(text));
    });

    it(`${name} has nothing to do the second time`, () => {
      const { files, set } = read(name);
      const { after } = edited(files, set);
      expect(edited(after, set).edits).toEqual([]);
    });
  }
});

describe('laws', () => {
  const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,12}$/);
  const style = fc.constantFrom(
    (text: string) => text,
    (text: string) => `"${text}"`,
    (text: string) => `'${text}'`,
  );
  const shapes: [string, string, (value: string) => string][] = [
    [
      'kustomization.yaml',
      'tag',
      (value) => `images:\n- name: acme/web\n  newTag: ${value} # c\n- name: x\n`,
    ],
    ['values.yaml', 'tag', (value) => `a:\n   image: { repository: acme/web , tag: ${value} }\n# end`],
    ['docker-compose.yaml', 'image', (value) => `services:\n  a:\n    image:   ${value}\n\n\n`],
  ];

  it.each(shapes)(
    'edit, then edit back, gives the same value, and the same bytes of quoted text: %s',
    (file, part, shape) => {
      fc.assert(
        fc.property(tag, tag, style, (a, b, quote) => {
          const held = part === 'image' ? `acme/web:${a}` : a;
          const text = shape(quote(held));
          const binding = one(file, text);
          // Plain text that reads as a number or null is another shape: it may need quotes, or hold nothing.
          fc.pre(binding.field.tag === a);
          const there = write(binding, b, text);
          const again = one(file, there);
          expect(again.field.tag).toBe(b);
          const back = write(again, a, there);
          expect(one(file, back).field.tag).toBe(a);
          const isExact = quote(a) !== a || !`${there}${back}`.includes('"');
          expect(isExact ? back : text).toBe(text);
          const [start, end] = [binding.writes[0]?.start ?? 0, binding.writes[0]?.end ?? 0];
          expect(there.startsWith(text.slice(0, start))).toBe(true);
          expect(there.endsWith(text.slice(end))).toBe(true);
        }),
        { numRuns: 150 },
      );
    },
  );

  it('no mutation of a manifest makes the reader throw or point outside the file', () => {
    const files = ['kustomize', 'markers', 'annotations', 'helm-values', 'containers'].flatMap((name) => {
      const folder = new URL(`../golden/${name}/before`, import.meta.url).pathname;
      return readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    });
    const classes = ['yaml', 'json', 'values', 'kustomization', 'compose'] as const;
    const piece = fc.constantFrom(
      '\n',
      ' ',
      '  ',
      ':',
      '- ',
      '"',
      "'",
      '{',
      '}',
      '[',
      ']',
      '#',
      '&a ',
      '*a',
      '|',
      '{{',
      '\t',
      '---\n',
      '\r',
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(), fc.nat(3), piece), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...classes),
        (file, cuts, nameClass) => {
          let text = file;
          for (const [place, length, put] of cuts) {
            const at = place % (text.length + 1);
            text = text.slice(0, at) + put + text.slice(at + length);
          }
          const facts = readFacts(encode(text), nameClass);
          const lines = text.split('\n').length;
          for (const { line, column } of [...facts.fields, ...facts.markers, ...facts.problems]) {
            expect(line).toBeGreaterThan(0);
            expect(line).toBeLessThanOrEqual(lines);
            expect(column).toBeGreaterThan(0);
          }
          for (const { parts } of facts.fields) {
            for (const { start, end } of parts) expect(start <= end && end <= text.length).toBe(true);
          }
        },
      ),
      { numRuns: 1500 },
    );
  });
});

function write(binding: ReturnType<typeof one>, to: string, text: string): string {
  const planned = planEdits(binding, toOf(`acme/web:${to}`), text);
  if ('problem' in planned) throw new Error(planned.problem.message);
  const applied = applyFileEdits(text, planned.edits);
  if ('problem' in applied) throw new Error(applied.problem.message);
  return applied.text;
}
