import { Failure } from '../core/failure.ts';
import { dropNode } from '../yaml/drop.ts';
import type { Outline, OutlineNode } from '../yaml/outline.ts';
import { readOutline } from '../yaml/read.ts';
import { lineEnd } from '../yaml/remove.ts';
import { renderScalar } from '../yaml/render.ts';
import { applyEdits, type TextEdit } from '../yaml/splice.ts';
import { children, find, nodeAt } from '../yaml/walk.ts';
import type { HoldEntry, HoldScope } from './hold-entry.ts';
import { holdsPath, parseHolds } from './holds-file.ts';

/** An entry that is to be written. */
export interface NewHold {
  readonly scope: HoldScope;
  readonly reason: string;
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly until: number | undefined;
}

const header = `# What Tallyman must not move. "tallyman hold" and "tallyman lift" write this; so may you.
`;

/**
 * `.tallyman/holds.yaml` with one entry more at its end; nothing else of it changes (product.md, 4 and 6.3).
 * @param text of the file, `undefined` where there is none; its holds must be valid
 * @throws Failure `invalid-input` where it cannot be written there
 */
export function addHold(text: string | undefined, hold: NewHold): string {
  const before = text ?? header;
  const known = parseHolds(before).entries.map(meaning);
  const added = meaning({ ...hold, hold });
  const outline = outlineOf(before);
  const list = find(outline, 0, '/holds');
  const last = applyEdits(before, insertion(before, outline, list, hold));
  // What ends with a text that keeps its empty lines takes nothing behind it, but before it.
  if (list !== undefined && known.length > 0 && !holds(last, [...known, added]))
    return proven(inFront(before, nodeAt(outline, list), hold), [added, ...known]);
  return proven(last, [...known, added]);
}

/** The file without one entry. */
export function dropHold(text: string, entry: HoldEntry): string {
  const kept = parseHolds(text).entries.filter(({ index }) => index !== entry.index);
  return proven(removed(text, `/holds/${entry.index}`), kept.map(meaning));
}

/** The file with one name less in a list of an entry that names several. */
export function dropHeldName(text: string, entry: HoldEntry, list: keyof HoldScope, name: string): string {
  const at = entry.scope[list].indexOf(name);
  const expected = parseHolds(text).entries.map((one) => {
    if (one.index !== entry.index) return meaning(one);
    const scope = { ...one.scope, [list]: one.scope[list].filter((_, index) => index !== at) };
    return meaning({ ...one, scope });
  });
  return proven(removed(text, `/holds/${entry.index}/${list}/${at}`), expected);
}

function removed(text: string, pointer: string): string {
  const dropped = dropNode(text, 0, pointer);
  if ('text' in dropped) return dropped.text;
  throw new Failure(
    'invalid-input',
    `${holdsPath}: ${pointer} cannot be taken away: ${dropped.refused}. Take it away by hand.`,
  );
}

function insertion(
  text: string,
  outline: Outline,
  list: number | undefined,
  hold: NewHold,
): readonly TextEdit[] {
  const lineBreak = lineBreakOf(text);
  if (list === undefined) {
    const start = text === '' || text.endsWith('\n') ? '' : lineBreak;
    const source = `${start}holds:${lineBreak}${block(hold, '  ', lineBreak)}${lineBreak}`;
    return [{ start: text.length, end: text.length, source }];
  }
  const node = nodeAt(outline, list);
  const last = children(outline, list).at(-1);
  const isEmpty = last === undefined;
  if (node.style === 'flow' && last !== undefined) {
    // Right behind it: a comment or a comma may follow.
    const { end } = nodeAt(outline, last);
    return [{ start: end, end, source: `, ${flow(hold)}` }];
  }
  if (nodeAt(outline, node.parent).style === 'flow')
    return [{ start: node.end - 1, end: node.end - 1, source: flow(hold) }];
  const stop = lineEnd(text, node.end);
  const end = text[stop - 1] === '\r' ? stop - 1 : stop;
  const indent = isEmpty ? '  ' : text.slice(text.lastIndexOf('\n', node.start - 1) + 1, node.start);
  const added = { start: end, end, source: `${lineBreak}${block(hold, indent, lineBreak)}` };
  if (node.start === node.end || !isEmpty) return [added];
  return [{ start: text.indexOf(':', node.keyEnd) + 1, end: node.end, source: '' }, added];
}

/** The list of the file, with the entry as its first one. */
function inFront(text: string, list: OutlineNode, hold: NewHold): string {
  const start = text.lastIndexOf('\n', list.start - 1) + 1;
  const lineBreak = lineBreakOf(text);
  const source = `${block(hold, text.slice(start, list.start), lineBreak)}${lineBreak}`;
  return applyEdits(text, [{ start, end: start, source }]);
}

function lineBreakOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

function block(hold: NewHold, indent: string, lineBreak: string): string {
  return pairs(hold, false)
    .map(([key, value], index) => `${indent}${index === 0 ? '- ' : '  '}${key}: ${value}`)
    .join(lineBreak);
}

function flow(hold: NewHold): string {
  return `{${pairs(hold, true)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')}}`;
}

function pairs(hold: NewHold, inFlow: boolean): (readonly [string, string])[] {
  const plain = (value: string): string => renderScalar(value, { style: 'plain', inFlow });
  const { policies, paths, groups, environments } = hold.scope;
  const lists = Object.entries({ policies, paths, groups, environments })
    .filter(([, names]) => names.length > 0)
    .map(([key, names]) => [key, `[${names.map((name) => inList(name)).join(', ')}]`] as const);
  return [
    ...lists,
    ['reason', plain(hold.reason)],
    ...(hold.by === '' ? [] : [['by', plain(hold.by)] as const]),
    ['since', plain(instant(hold.since))],
    ...(hold.until === undefined ? [] : [['until', plain(instant(hold.until))] as const]),
  ];
}

function inList(name: string): string {
  return renderScalar(name, { style: 'plain', inFlow: true });
}

function instant(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}

function outlineOf(text: string): Outline {
  const read = readOutline(text);
  if ('outline' in read) return read.outline;
  throw new Failure('invalid-input', `${holdsPath} is no valid YAML: ${read.error.message}.`);
}

type Meaning = readonly [HoldScope, string, string, number | undefined];

function meaning({ scope, hold }: Pick<HoldEntry, 'scope' | 'hold'>): Meaning {
  const until = hold.until === undefined ? undefined : Math.floor(hold.until / 1000);
  return [scope, hold.reason, hold.by, until];
}

function holds(text: string, expected: readonly Meaning[]): boolean {
  const { entries, problems } = parseHolds(text);
  return problems.length === 0 && JSON.stringify(entries.map(meaning)) === JSON.stringify(expected);
}

/** The proof before commit: the new file holds exactly what was planned. */
function proven(text: string, expected: readonly Meaning[]): string {
  if (holds(text, expected)) return text;
  const [problem] = parseHolds(text).problems;
  throw new Failure(
    'internal',
    `The edit of ${holdsPath} is refused, as it would not hold exactly what was planned${problem === undefined ? '' : ` (${problem.message})`}. This is a bug of Tallyman; please report it with the file.`,
  );
}
