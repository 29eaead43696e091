import { compileGlob } from '../core/glob.ts';
import type { Problem } from '../core/problem.ts';
import type { PolicyDocument } from '../policy/document/document.ts';
import { formatPath, toProblem, type Finding } from '../policy/document/finding.ts';
import { parseInstant } from '../policy/time/instant.ts';
import { checkShapeOf } from '../policy/document/shape.ts';
import { positionsOf } from '../yaml/lines.ts';
import { readOutline } from '../yaml/read.ts';
import { toValue } from '../yaml/value.ts';
import type { HoldEntry } from './hold-entry.ts';
import { holdsJsonSchema, holdsSchema, type HoldsDocument } from './holds-schema.ts';

/** Where holds stand that no policy's file and no workload says (product.md, 6.3). */
export const holdsPath = '.tallyman/holds.yaml';

export interface HoldsFile {
  readonly entries: readonly HoldEntry[];
  /** `bad-holds`. Where there is one, nobody can tell what is meant to be held, so everything is. */
  readonly problems: readonly Problem[];
}

/** Reads `.tallyman/holds.yaml`. An empty file holds nothing. */
export function parseHolds(text: string): HoldsFile {
  const read = readDocument(text);
  if ('problem' in read) return { entries: [], problems: [read.problem] };
  if (read.document === undefined) return { entries: [], problems: [] };
  const { document } = read;
  const shape = checkShapeOf(document.value, holdsSchema(), holdsJsonSchema);
  const findings = 'findings' in shape ? shape.findings : shape.file.holds.flatMap(entryFindings);
  if ('findings' in shape || findings.length > 0) {
    const problems = findings.map((finding) =>
      toProblem(finding, 'bad-holds', document, holdsPath, undefined),
    );
    return { entries: [], problems };
  }
  return { entries: shape.file.holds.map((entry, index) => toEntry(entry, index, document)), problems: [] };
}

type Read = { readonly document: PolicyDocument | undefined } | { readonly problem: Problem };

function readDocument(text: string): Read {
  const broken = (offset: number, message: string): Read => ({
    problem: { code: 'bad-holds', file: holdsPath, ...positionsOf(text)(offset), message: `${message}.` },
  });
  const read = readOutline(text);
  if ('error' in read) return broken(read.error.offset, `The holds are no valid YAML: ${read.error.message}`);
  const { outline } = read;
  const roots = outline.documents.map(({ root }) => root).filter((root) => root !== -1);
  const [root, second] = roots;
  if (second !== undefined)
    return broken(outline.nodes[second]?.start ?? 0, 'A second document stands here; expected one');
  if (root === undefined || outline.nodes[root]?.kind === 'empty') return { document: undefined };
  const value = toValue(outline, root);
  if ('error' in value) return broken(value.error.offset, `The holds cannot be read: ${value.error.message}`);
  return { document: { document: 0, ...value, ...positionsOf(text)(outline.nodes[root]?.start ?? 0) } };
}

type Entry = HoldsDocument['holds'][number];

const lists = ['policies', 'paths', 'groups', 'environments'] as const;

function entryFindings(entry: Entry, index: number): Finding[] {
  const base = ['holds', index] as const;
  const findings: Finding[] = [];
  if (lists.every((list) => entry[list] === undefined)) {
    const message = `${formatPath(base)} holds nothing; expected one of ${lists.join(', ')}`;
    findings.push({ path: base, message });
  }
  for (const key of ['since', 'until'] as const) {
    const time = entry[key];
    if (time === undefined || parseInstant(time) !== undefined) continue;
    const message = `${formatPath([...base, key])}: "${time}" is no RFC 3339 time; expected one such as 2026-12-24T12:00:00Z`;
    findings.push({ path: [...base, key], message });
  }
  for (const [at, glob] of (entry.paths ?? []).entries()) {
    const compiled = compileGlob(glob, 'path');
    if (!('error' in compiled)) continue;
    const path = [...base, 'paths', at];
    findings.push({ path, message: `${formatPath(path)}: ${compiled.error}` });
  }
  return findings;
}

function toEntry(entry: Entry, index: number, document: PolicyDocument): HoldEntry {
  const { line, column } = document.positions[`/holds/${index}`] ?? document;
  const { policies = [], paths = [], groups = [], environments = [], reason, by = '', until } = entry;
  return {
    index,
    place: { file: holdsPath, line, column },
    scope: { policies, paths, groups, environments },
    hold: { reason, by, until: until === undefined ? undefined : parseInstant(until) },
  };
}
