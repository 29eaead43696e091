import { blockLine } from '../yaml/block-text.ts';
import { isMultiLine } from '../yaml/scalar.ts';
import type { PartFact, PartName } from './model.ts';
import type { Reading } from './reading.ts';

/** Describes a value that holds an image or a part of one; the node must hold text (`Reading.isText`). */
export function partOf(reading: Reading, index: number, part: PartName): PartFact {
  const node = reading.node(index);
  const target = node.kind === 'alias' ? reading.anchorOf(index) : undefined;
  const line = lineOf(reading, index);
  const { start, end } = line ?? node;
  const value = reading.text(index);
  return {
    part,
    start,
    end,
    style: node.style,
    inFlow: isInFlow(reading, index),
    value,
    pointer: reading.pointer(index),
    refused: refusal(reading, index, value, line !== undefined),
    anchor: target === undefined ? undefined : (lineOf(reading, target) ?? reading.node(target)).start,
    ...(line === undefined ? {} : { verbatim: true as const }),
    ...reading.at(start),
  };
}

/** Where the value of a block scalar stands that is a single line. */
function lineOf(reading: Reading, index: number): ReturnType<typeof blockLine> {
  const { style } = reading.node(index);
  return style === 'literal' || style === 'folded' ? blockLine(reading.outline, index) : undefined;
}

/** Why a value is never edited (product.md, 4), and what to do; `undefined` where it can be. Reads on after "is not edited: ". */
function refusal(reading: Reading, index: number, value: string, isLine: boolean): string | undefined {
  const { kind, style, tag, anchor } = reading.node(index);
  if (reading.isSealed(value))
    return 'SOPS encrypted this file, and its checksum covers every value; change it with sops, or keep the image in a file of its own';
  if (kind === 'alias')
    return `it is an alias; the value stands at the anchor &${anchor ?? ''}. Bind that one, or write the value out here`;
  if (kind === 'empty') return 'no value is written there; write the one that is deployed now, or ""';
  if (reading.isNull(index)) return 'its value is null; write the one that is deployed now, or ""';
  const isBlock = style === 'literal' || style === 'folded';
  if (isBlock && !isLine)
    return 'it is a block scalar of several lines, or with a line break at its end; write the value behind its key';
  if (!isBlock && isMultiLine(reading.outline, index))
    return 'it is written over several lines; write it on one';
  if (tag !== undefined && tag !== '!!str' && tag !== '!') return `it has the tag ${tag}; take the tag away`;
  return templateReason(value);
}

function templateReason(value: string): string | undefined {
  if (/\{\{|\}\}|\{%|<%/.test(value)) return 'it is template text; bind the value that it is filled in from';
  return /\$[\w({]/.test(value)
    ? 'it holds a variable that another tool fills in; bind the value that it is filled in from'
    : undefined;
}

function isInFlow(reading: Reading, index: number): boolean {
  const { parent } = reading.node(index);
  return parent !== -1 && reading.node(parent).style === 'flow';
}
