import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { root } from '../../rules/files.ts';
import { goldenTexts, mutate } from '../../yaml/mutations.ts';
import type { Outline } from '../../../src/yaml/outline.ts';
import { figure, round, type Bench, type Benchmark } from '../figures.ts';
import { Random } from '../generate/random.ts';
import { built } from '../programs.ts';

const minutes = 2;

/**
 * The law of architecture.md, idea 1, over the golden files and mutations of them for some minutes: the scanner is unsure, or the parser agrees. Where python3
 * has a `yaml` package, it is the third judge of all that the scanner is sure of.
 */
export const law: Benchmark = {
  ids: ['LAW'],
  work: `the scanner against the parser and python3-yaml, over mutations of the golden files (${minutes} minutes)`,
  run: async (bench) => {
    const third = openThirdJudge();
    if (third === undefined) bench.say('python3 with yaml is not there: two judges only');
    const count = await judgeAll(bench, third);
    await third?.close();
    const detail = { ...count, thirdJudge: third === undefined ? 'not there' : 'python3-yaml' };
    return [
      figure('LAW', 'count', count.broken.length, 0, {
        what: 'texts that the scanner reads otherwise than the parser',
        ...detail,
      }),
      ...(third === undefined
        ? []
        : [
            figure('LAW', 'count', count.disputed.length, 0, {
              what: 'texts that python3-yaml reads otherwise',
              ...detail,
            }),
          ]),
    ];
  },
};

interface Count {
  texts: number;
  sure: number;
  /** Of the characters of golden files that the parser takes. */
  unsureShare: number;
  readonly broken: string[];
  readonly disputed: string[];
  /** Not shown to python3-yaml, for one of the reasons below. */
  known: number;
}

async function judgeAll({ seed, say }: Bench, third: ThirdJudge | undefined): Promise<Count> {
  const { parse } = await built<typeof import('../../../src/yaml/parse.ts')>('yaml/parse');
  const { scan } = await built<typeof import('../../../src/yaml/scan.ts')>('yaml/scan');
  const events = await eventsOf();
  const count: Count = { texts: 0, sure: 0, unsureShare: 0, broken: [], disputed: [], known: 0 };
  const judge = async (text: string): Promise<void> => {
    count.texts++;
    const outline = scan(text);
    if (outline === undefined) return;
    count.sure++;
    if (!isDeepStrictEqual(parse(text), { outline })) count.broken.push(text);
    if (third === undefined) return;
    if (knownDifferences.some((pattern) => pattern.test(text))) {
      count.known++;
      return;
    }
    // Where a file ends inside a block scalar, without a line break, python3-yaml leaves the last one out of the value.
    const ended = text.endsWith('\n') ? text : `${text}\n`;
    if (!isDeepStrictEqual(await third.ask(ended), events(outline))) count.disputed.push(text);
  };
  const golden = goldenTexts();
  const correct = golden.filter(([, text]) => 'outline' in parse(text)).map(([, text]) => text);
  const unsure = correct.filter((text) => scan(text) === undefined);
  count.unsureShare = round(unsure.join('').length / correct.join('').length);
  for (const [, text] of golden) await judge(text);
  const random = new Random(seed);
  const end = performance.now() + minutes * 60_000;
  while (performance.now() < end) {
    for (const [, text] of golden) {
      const mutated = mutate(text, (limit) => random.below(limit));
      // Half of a surrogate pair is no text that a file can hold.
      if (mutated.isWellFormed()) await judge(mutated);
    }
  }
  for (const text of [...count.broken, ...count.disputed].slice(0, 5)) say(JSON.stringify(text));
  return { ...count, broken: count.broken.slice(0, 20), disputed: count.disputed.slice(0, 20) };
}

/** Where python3-yaml and the `yaml` package read otherwise, whatever the scanner does. */
const knownDifferences: readonly RegExp[] = [
  // YAML 1.1 has no dot in the name of an anchor.
  /&[\w-]*\./,
  // python3-yaml takes no tab where a block scalar's first line begins.
  /[|>][-+\d]*[ \t]*(?:#.*)?\r?\n(?:[ \t]*\r?\n)*[ ]*\t/,
  // The `yaml` package folds an empty line behind an escaped line break away. Such values are never edited.
  /\\\r?\n[ \t]*\r?\n/,
  // A last line of blanks without a line break may be part of a block scalar, and python3-yaml is shown it with one.
  /\n[ \t]+$/,
  // python3-yaml takes no question mark behind a colon in a flow collection.
  /:\?/,
];

/** An outline as the events that python3-yaml tells of. */
async function eventsOf(): Promise<(outline: Outline) => string[]> {
  const { scalarText } = await built<typeof import('../../../src/yaml/scalar.ts')>('yaml/scalar');
  const { keyText, nodeAt } = await built<typeof import('../../../src/yaml/walk.ts')>('yaml/walk');
  const add = (outline: Outline, index: number, found: string[]): void => {
    const node = nodeAt(outline, index);
    if (node.keyStart !== -1) found.push(`=${keyText(outline, index) ?? ''}`);
    if (node.kind === 'alias') found.push(`*${node.anchor ?? ''}`);
    if (node.kind === 'scalar' || node.kind === 'empty') found.push(`=${scalarText(outline, index)}`);
    if (node.kind !== 'map' && node.kind !== 'seq') return;
    found.push(node.kind === 'map' ? '{' : '[');
    for (let at = index + 1; at < node.next; at = nodeAt(outline, at).next) add(outline, at, found);
    found.push(node.kind === 'map' ? '}' : ']');
  };
  return (outline) =>
    outline.documents.flatMap(({ root: top }) => {
      const found = ['---'];
      if (top === -1) found.push('=');
      else add(outline, top, found);
      return found;
    });
}

interface ThirdJudge {
  /** The events of a text, or `null` where it is refused. */
  ask(text: string): Promise<unknown>;
  close(): Promise<void>;
}

function openThirdJudge(): ThirdJudge | undefined {
  if (spawnSync('python3', ['-c', 'import yaml']).status !== 0) return undefined;
  const child = spawn('python3', [`${root}test/bench/third-judge.py`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (text) => {
      child.stdin.write(`${JSON.stringify(text)}\n`);
      const { value } = (await answers.next()) as { value: string };
      return JSON.parse(value) as unknown;
    },
    close: async () => {
      child.stdin.end();
      await answers.return?.();
    },
  };
}
