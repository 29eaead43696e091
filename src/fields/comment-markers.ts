import { addField } from './field.ts';
import { unfit } from './marker-fit.ts';
import { readMarkerText, type MarkerText } from './marker-text.ts';
import type { MarkerFact, PartName } from './model.ts';
import { partOf } from './part.ts';
import type { Reading } from './reading.ts';

/** The markers in the comments of a file, with their problems. @param only comments that name this dialect; default: all */
export function readCommentMarkers(reading: Reading, only?: MarkerFact['dialect']): MarkerFact[] {
  const { text, comments } = reading.outline;
  const placed: Placed[] = [];
  for (const { start, end } of comments) {
    if (!hasBrace(text, start, end)) continue;
    const comment = text.slice(start, end);
    if (only !== undefined && !comment.includes(`$${only}`)) continue;
    const marker = readMarkerText(comment);
    if (marker === undefined) continue;
    const alone = /^\ufeff?[ \t]*$/.test(lineBefore(text, start));
    if ('wrong' in marker) {
      // A line that is commented out, or prose about markers.
      if (!alone) reading.problem('bad-marker', start, `This marker is not applied: ${marker.wrong}.`);
      continue;
    }
    const target = alone ? itemBelow(reading, start, end) : valueBefore(reading, start);
    if (typeof target === 'string')
      reading.problem('bad-marker', start, `This marker is not applied: ${target}.`);
    else placed.push({ marker, target, start });
  }
  addMarkedFields(reading, placed);
  return placed.flatMap((one) => toFact(reading, one) ?? []);
}

/** A marker is a JSON object: most comments need no further look. */
function hasBrace(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (text.charCodeAt(at) === 0x7b) return true;
  return false;
}

interface Placed {
  readonly marker: MarkerText;
  readonly target: number;
  /** Offset of the comment. */
  readonly start: number;
}

/** The value that a comment at the end of its line stands behind, or why there is none. */
function valueBefore(reading: Reading, comment: number): number | string {
  const index = lastStarted(reading, comment);
  if (index === -1) return 'there is no value before it';
  const node = reading.node(index);
  const { text } = reading.outline;
  const isBlock = node.style === 'literal' || node.style === 'folded';
  if (isBlock && node.end > comment && !text.slice(node.start, comment).includes('\n')) return index;
  const between = text.slice(Math.min(node.end, comment), comment);
  if (node.end > comment || !/^[ \t]*,?[ \t]*$/.test(between)) return elsewhere(between);
  if (node.kind === 'map' || node.kind === 'seq')
    return 'it stands behind a map or a list, not behind one value';
  if (node.kind === 'empty') return 'no value is written there; write one, if only ""';
  return reading.isNull(index) ? 'the value is null; write a text, if only ""' : index;
}

function elsewhere(between: string): string {
  if (/[}\]]/.test(between)) return 'it stands behind a map or a list, not behind one value';
  return 'there is no value before it on its line; put it behind the value';
}

/** Flux 2 also takes a marker on the line above a text item of a list. */
function itemBelow(reading: Reading, start: number, end: number): number | string {
  const alone = 'it stands on a line of its own; put it behind the value';
  const { text, nodes } = reading.outline;
  const index = lastStarted(reading, end) + 1;
  const node = nodes[index];
  if (node?.kind !== 'scalar' || node.keyStart !== -1) return alone;
  return start < node.start && /^\r?\n[ \t]*-[ \t]+$/.test(text.slice(end, node.start)) ? index : alone;
}

/** Index of the last node that starts before an offset; nodes are sorted by where they start. */
export function lastStarted(reading: Reading, offset: number): number {
  let low = 0;
  let high = reading.outline.nodes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reading.node(middle).start <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function lineBefore(text: string, offset: number): string {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
}

/** Markers of one policy in one map or list make one field: its name, tag and digest may stand side by side. */
function addMarkedFields(reading: Reading, placed: readonly Placed[]): void {
  const free = placed.filter(({ target }) => !reading.taken.has(target) && reading.isText(target));
  const drafts = Map.groupBy(free, ({ marker, target }) => {
    const inMap = reading.node(target).keyStart !== -1 && marker.part !== 'image';
    return inMap ? `${marker.policy} ${reading.node(target).parent}` : `at ${target}`;
  });
  for (const group of drafts.values()) {
    const parts: Partial<Record<PartName, number>> = {};
    for (const { marker, target } of group) {
      // A second tag of the same policy in one map is a field of its own.
      if (parts[marker.part] === undefined) parts[marker.part] = target;
      else addField(reading, { kind: 'marked', index: target, parts: { [marker.part]: target } });
    }
    const [first] = group;
    if (first !== undefined) addField(reading, { kind: 'marked', index: first.target, parts });
  }
}

/** The marker as a fact, unless it asks for a part that its value does not hold. */
function toFact(reading: Reading, { marker, target, start }: Placed): MarkerFact | undefined {
  const { document } = reading.node(target);
  const { part, kind } = reading.taken.get(target) ?? {
    part: partOf(reading, target, marker.part),
    kind: 'marked',
  };
  const wrong = unfit(marker, part, kind);
  if (wrong !== undefined) {
    reading.problem('bad-marker', start, `This marker is not applied: ${wrong}.`);
    return undefined;
  }
  return { ...marker, target: part, document, ...reading.at(start) };
}
