import { append } from '../core/append.ts';
import type { Problem } from '../core/problem.ts';
import type { FieldFact, MarkerFact, PartFact, PartName } from '../fields/model.ts';
import { withItsUnit } from './candidate.ts';
import type { FactedFile } from './model.ts';

/** A field with the markers at its parts. */
export interface MarkedField {
  readonly field: FieldFact;
  readonly policy: string;
  /** The first of them, for messages. */
  readonly marker: MarkerFact;
  readonly writes: readonly PartFact[];
  readonly scope: PartName;
}

/** The markers of a file, joined. */
export interface Marked {
  readonly fields: readonly MarkedField[];
  /** All fields with a marker, also where markers contradict each other: nothing else binds them. */
  readonly all: ReadonlySet<FieldFact>;
  readonly problems: readonly Problem[];
}

/** Joins the markers of one dialect to fields: those of one policy at one field are one. */
export function markedFields(file: FactedFile, dialect: MarkerFact['dialect']): Marked {
  const { fields } = file.facts;
  const markers = file.facts.markers.filter((marker) => marker.dialect === dialect);
  if (markers.length === 0) return noMarkers;
  const byStart = new Map<number, FieldFact>();
  for (const field of fields) for (const part of field.parts) byStart.set(part.start, field);
  const marked: MarkedField[] = [];
  const all = new Set<FieldFact>();
  const problems: Problem[] = [];
  const groups = Map.groupBy(markers, (marker) => byStart.get(marker.target.start) ?? marker);
  for (const [key, group] of groups) {
    const [marker] = group;
    if (marker === undefined) continue;
    const field = 'parts' in key ? key : lone(marker);
    const problem =
      disagreement(file.path, group) ??
      (dialect === 'flux2' ? staleDigest(file.path, field, group) : undefined);
    all.add(field);
    if (problem === undefined) marked.push(join(field, group, marker));
    else append(problems, problem);
  }
  return { fields: marked, all, problems };
}

const noMarkers: Marked = { fields: [], all: new Set(), problems: [] };

function join(field: FieldFact, group: readonly MarkerFact[], marker: MarkerFact): MarkedField {
  const named = group.map(({ target, part }) => ({ ...target, part }));
  // A marker of Flux writes its own value and no other.
  const writes = marker.dialect === 'flux2' ? named : withItsUnit(field, named);
  const scope = group.length === 1 ? marker.part : 'image';
  return { field, policy: marker.policy, marker, writes, scope };
}

/** A marker at what is no text, such as an alias of a map: it stays refused with the reason that its target has. */
function lone(marker: MarkerFact): FieldFact {
  const { target, document, line, column } = marker;
  const empty = {
    name: undefined,
    tag: undefined,
    digest: undefined,
    claim: undefined,
    container: undefined,
  };
  return { kind: 'marked', document, pointer: target.pointer, ...empty, parts: [target], line, column };
}

function disagreement(file: string, group: readonly MarkerFact[]): Problem[] | undefined {
  const policies = [...new Set(group.map(({ policy }) => policy))];
  if (policies.length < 2) return undefined;
  const message = `The markers at this image name several policies: ${policies.join(', ')}. Its name, tag and digest move together; name one. The field does not move.`;
  return group.map(({ policy, line, column }) => ({
    code: 'ambiguous-binding',
    file,
    line,
    column,
    message,
    policy,
  }));
}

/** A new tag beside the old tag's digest: most tools deploy the digest, so the release would do nothing. */
function staleDigest(file: string, field: FieldFact, group: readonly MarkerFact[]): Problem[] | undefined {
  const marks = new Set(group.map(({ target }) => target.start));
  const [marker] = group;
  const stays = field.parts.find(
    (part) => part.part === 'digest' && field.digest === part.value && !marks.has(part.start),
  );
  if (stays === undefined || marker === undefined || !group.some(({ part }) => part === 'tag'))
    return undefined;
  const message = `The digest at line ${stays.line} belongs to this tag and would stay behind. Put a marker "${marker.policy}:digest" behind it, or remove it. The field does not move.`;
  return [
    { code: 'bad-marker', file, line: marker.line, column: marker.column, message, policy: marker.policy },
  ];
}
