import { isMultiLine } from '../yaml/scalar.ts';
import type { PartFact, PartName } from './model.ts';
import type { Reading } from './reading.ts';

/** Describes a value that holds an image or a part of one; the node must hold text (`Reading.isText`). */
export function partOf(reading: Reading, index: number, part: PartName): PartFact {
  const node = reading.node(index);
  const target = node.kind === 'alias' ? reading.anchorOf(index) : undefined;
  return {
    part,
    start: node.start,
    end: node.end,
    style: node.style,
    inFlow: isInFlow(reading, index),
    value: reading.text(index),
    pointer: reading.pointer(index),
    refused: refusal(reading, index),
    anchor: target === undefined ? undefined : reading.node(target).start,
    ...reading.at(node.start),
  };
}

/** Why a value is never edited (product.md, 4), or `undefined`. Reads on after "is not edited: ". */
function refusal(reading: Reading, index: number): string | undefined {
  const { kind, style, tag, anchor } = reading.node(index);
  if (reading.sops) return 'SOPS encrypted this file, and its checksum covers every value';
  if (kind === 'alias') return `it is an alias; the value stands at the anchor &${anchor ?? ''}`;
  if (kind === 'empty') return 'no value is written there';
  if (reading.isNull(index)) return 'its value is null';
  if (style === 'literal' || style === 'folded') return 'it is a block scalar';
  if (isMultiLine(reading.outline, index)) return 'it is written over several lines';
  if (tag !== undefined && tag !== '!!str' && tag !== '!') return `it has the tag ${tag}`;
  return templateReason(reading.text(index));
}

function templateReason(value: string): string | undefined {
  if (/\{\{|\}\}|\{%|<%/.test(value)) return 'it is template text';
  return /\$[\w({]/.test(value) ? 'it holds a variable that another tool fills in' : undefined;
}

function isInFlow(reading: Reading, index: number): boolean {
  const { parent } = reading.node(index);
  return parent !== -1 && reading.node(parent).style === 'flow';
}
