import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { prove } from '../../src/yaml/proof.ts';
import { renderScalar } from '../../src/yaml/render.ts';
import { readToSameState } from '../../src/yaml/same-ahead.ts';
import type { NodeStyle, OutlineNode } from '../../src/yaml/outline.ts';
import { scan } from '../../src/yaml/scan.ts';
import { applyEdits } from '../../src/yaml/splice.ts';
import { documents } from './documents.ts';
import { corpus, numbersFrom } from './samples.ts';

/** Values to write, and source text that breaks things: what a bug of ours might put there. */
const sources = [
  'x',
  '1.10',
  '"a b"',
  "'it''s'",
  'a: b',
  '|',
  '"',
  '# c',
  '[a',
  '{a: 1}',
  '*x',
  '&k v',
  '- a',
  'a\nb: c',
  'a\n---\nb',
  '',
  '!!str 1',
  'a # b',
  '\t',
  '  ',
  '   ',
  'c',
  'x: 1\n  y',
];

interface Change {
  readonly before: string;
  readonly after: string;
  readonly edit: {
    readonly start: number;
    readonly end: number;
    readonly source: string;
    readonly new: string;
  };
}

/** A few changes to each text: the ranges that `places` gives, replaced by what may stand there and what may not. */
function changes(texts: readonly string[], places: Places, seed: number): Change[] {
  const next = numbersFrom(seed);
  return texts.flatMap((before) => {
    const ranges = places(before, next);
    return Array.from({ length: Math.min(ranges.length, 8) }, () => {
      const { start, end, style } = ranges[next(ranges.length)] ?? { start: 0, end: 0, style: 'plain' };
      const value = sources[next(sources.length)] ?? '';
      const source = next(2) === 0 ? value : renderScalar(value, { style, inFlow: true });
      const edit = { start, end, source, new: value };
      return { before, after: applyEdits(before, [edit]), edit };
    });
  });
}

type Places = (
  text: string,
  next: (limit: number) => number,
) => readonly { readonly start: number; readonly end: number; readonly style: NodeStyle }[];

/** The scalars of a text that the scanner is sure of. */
const scalars: Places = (text) => (scan(text)?.nodes ?? []).filter(({ kind }) => kind === 'scalar');

/** Anything: keys, anchors, indentation, and pieces of no meaning. */
const anything: Places = (text, next) => {
  const nodes = scan(text)?.nodes ?? [];
  const keys = nodes.filter(({ keyStart, keyEnd }) => keyEnd > keyStart);
  const named = [...text.matchAll(/(?<=[&*])\w+/g), ...text.matchAll(/^ +/gm), ...text.matchAll(/^- /gm)];
  const pieces = Array.from({ length: 8 }, () => ({ start: next(text.length), length: 1 + next(6) }));
  const ranges = [
    ...keys.map(({ keyStart, keyEnd }) => ({ start: keyStart, end: keyEnd })),
    ...named.map((match) => ({ start: match.index, end: match.index + match[0].length })),
    ...pieces.map(({ start, length }) => ({ start, end: Math.min(text.length, start + length) })),
  ];
  return nodes.length === 0 ? [] : ranges.map((range) => ({ ...range, style: 'plain' }));
};

const generated = fc.sample(documents(), { seed: 77, numRuns: 500 });
const known = corpus().map(([, text]) => text);
const joined = known.map(
  (text, index) =>
    `${text.trimEnd()}\n---\n${known[(index + 7) % known.length]?.replace(/^\ufeff/, '') ?? ''}`,
);
const anchored =
  'a: &x 1\nb:\n  c: 2\n  d: [1, {e: 3}]\n  f:\n  - 1\n  - g: 2\n    h: 3\nx: 1\ny: *x\nz: 2\n';
const texts = [...generated, ...known, ...joined, ...Array.from({ length: 60 }, () => anchored)];
const edited = changes(texts, scalars, 5);
const broken = changes(texts, anything, 6);

describe('readToSameState', () => {
  it('where scans come together, the scanner is sure of both texts, and takes the rest of both for the same', () => {
    const met = [...edited, ...broken].flatMap((change) => {
      const part = readToSameState(change.before, change.after, change.edit.start, change.edit.end);
      return part === undefined ? [] : [{ ...change, part }];
    });
    const wrong = met.filter(({ before, after, part }) => {
      const [old, now] = [scan(before), scan(after)];
      if (old === undefined || now === undefined) return true;
      const by = after.length - before.length;
      const rest = old.nodes.slice(part.old.nodes.length).map((node) => moved(node, by));
      return (
        !isDeepStrictEqual(
          part.old.nodes.map(withoutEnd),
          old.nodes.slice(0, part.old.nodes.length).map(withoutEnd),
        ) ||
        !isDeepStrictEqual(
          part.now.nodes.map(withoutEnd),
          now.nodes.slice(0, part.now.nodes.length).map(withoutEnd),
        ) ||
        !isDeepStrictEqual(part.now.comments, now.comments.slice(0, part.now.comments.length)) ||
        !isDeepStrictEqual(rest, now.nodes.slice(part.now.nodes.length)) ||
        old.comments.length - part.old.comments.length !== now.comments.length - part.now.comments.length ||
        !isDeepStrictEqual(old.documents, now.documents)
      );
    });
    expect(wrong.map(({ before, edit }) => ({ before, edit }))).toEqual([]);
    expect(met.length).toBeGreaterThan(500);
    expect(edited.length + broken.length - met.length).toBeGreaterThan(100);
  });

  it('reads what comes before the line that changed once, and the rest of it for each text', () => {
    const before = 'a: [1, 2] # x\nb: &n\n  c: |\n    text\n\n  d: 1\ne: *n\n';
    const start = before.indexOf('1\ne');
    const part = readToSameState(before, before.replace('d: 1', 'd: 22'), start, start + 1);
    const shared = part?.old.nodes.filter((node, index) => node === part.now.nodes[index]);
    expect(shared?.map(({ kind }) => kind)).toEqual(['seq', 'scalar', 'scalar', 'scalar']);
    expect(part?.now.nodes.length).toBe(7);
  });

  it('reads no further than the line that changed, in a long file', () => {
    const before = `a: 1\n${Array.from({ length: 1000 }, (_, n) => `k${n}: v\n`).join('')}`;
    const part = readToSameState(before, before.replace('a: 1', 'a: 22'), 3, 4);
    expect(part?.now.nodes.length).toBe(2);
  });
});

describe('prove, where the scanner was sure of the text before', () => {
  it('says the same as the parser: what is proven, and what is refused', () => {
    const verdicts = edited.map(({ before, after, edit }) => ({
      before,
      edit,
      quick: prove(before, after, [edit], { parseBudget: 0, scanned: true }) === undefined,
      full: prove(before, after, [edit]) === undefined,
    }));
    expect(verdicts.filter(({ quick, full }) => quick !== full)).toEqual([]);
    expect(verdicts.filter(({ full }) => full).length).toBeGreaterThan(300);
    expect(verdicts.filter(({ full }) => !full).length).toBeGreaterThan(300);
  });
});

/** As the node stands in a text where everything before it grew by some characters. */
function moved<
  Node extends {
    readonly keyStart: number;
    readonly keyEnd: number;
    readonly start: number;
    readonly end: number;
  },
>(node: Node, by: number): Node {
  const key = node.keyStart === -1 ? {} : { keyStart: node.keyStart + by, keyEnd: node.keyEnd + by };
  return { ...node, ...key, start: node.start + by, end: node.end + by };
}

/** Collections that are still open have no end yet. */
function withoutEnd({ kind, end, next, ...node }: OutlineNode): object {
  return kind === 'map' || kind === 'seq' ? { kind, ...node } : { kind, end, next, ...node };
}
