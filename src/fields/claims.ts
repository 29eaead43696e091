import { didYouMean, nearest } from '../core/nearest.ts';
import { keyText } from '../yaml/walk.ts';
import { entriesOf, lookupAny } from './merged.ts';
import type { AnnotationFact, ClaimFact } from './model.ts';
import { objectOf } from './objects.ts';
import type { Reading } from './reading.ts';

const prefix = 'tallyman.dev/';
const known = ['policy', 'hold', 'digest', 'min-age', 'mode', 'group', 'platforms', 'on-revert'];

/**
 * Reads the `tallyman.dev/...` annotations of workloads (product.md, 2.2), and says which keys of that kind stand where they have no effect.
 */
export function readClaims(reading: Reading): ClaimFact[] {
  const claims: OpenClaim[] = [];
  const homeless = new Set<number>();
  const { nodes, text } = reading.outline;
  for (let at = 0; at < nodes.length; at++) {
    if (!mayBeOurs(text, nodes[at]?.keyStart ?? -1)) continue;
    const key = keyText(reading.outline, at);
    if (key === undefined || !(key.startsWith(prefix) || isMisspelt(key))) continue;
    const owner = ownerOf(reading, at);
    if (owner === undefined) homeless.add(at);
    else read(reading, claimOf(reading, claims, owner), at, key);
  }
  if (claims.length + homeless.size > 0) readRepeatedClaims(reading, claims, homeless);
  for (const at of homeless) {
    const key = keyText(reading.outline, at) ?? '';
    if (!key.startsWith(prefix)) continue;
    const message = `The annotation ${key} has no effect here. It belongs into metadata.annotations of the workload itself, not of its pod template or anything else.`;
    reading.problem('bad-annotation', reading.node(at).keyStart, message);
  }
  return claims;
}

/**
 * What an object has of annotations by aliases and merge keys (`annotations: *common`) counts as its own, unless it says otherwise itself.
 * @param homeless annotations that are no object's own; those that one has so are taken out
 */
function readRepeatedClaims(reading: Reading, claims: OpenClaim[], homeless: Set<number>): void {
  const seen = new Set<number>();
  for (const [index, { kind }] of reading.outline.nodes.entries()) {
    const owner = kind === 'alias' ? objectOf(reading, index)?.index : undefined;
    if (owner === undefined || seen.has(owner)) continue;
    seen.add(owner);
    const metadata = lookupAny(reading, owner, 'metadata');
    const annotations = metadata === undefined ? undefined : lookupAny(reading, metadata, 'annotations');
    if (annotations === undefined) continue;
    for (const at of entriesOf(reading, annotations)) {
      const key = keyText(reading.outline, at);
      if (key === undefined || !(key.startsWith(prefix) || isMisspelt(key))) continue;
      homeless.delete(at);
      if (ownerOf(reading, at) === owner) continue;
      const claim = claimOf(reading, claims, owner);
      if (!claim.annotations.some((known) => prefix + known.key === key)) read(reading, claim, at, key);
    }
  }
}

function read(reading: Reading, claim: OpenClaim, index: number, key: string): void {
  const isOurs = key.startsWith(prefix);
  const annotation = isOurs ? readAnnotation(reading, index, key.slice(prefix.length)) : undefined;
  if (!isOurs) tellMisspelt(reading, index, key);
  if (annotation === undefined) claim.broken = true;
  else claim.annotations.push(annotation);
}

/** Whether a key begins as our prefix does, or what may be meant as it; in quotes it may be anything. */
function mayBeOurs(text: string, keyStart: number): boolean {
  const first = text.charCodeAt(keyStart);
  // t, T, and both quotes
  return first === 0x74 || first === 0x54 || first === 0x22 || first === 0x27;
}

function isMisspelt(key: string): boolean {
  const slash = key.indexOf('/');
  const group = key.slice(0, slash);
  return slash > 0 && /^tal/i.test(group) && nearest(group, ['tallyman.dev']) !== undefined;
}

/** `talyman.dev/hold` holds nothing: on a workload, its writer must be told, and nothing moves until then. */
function tellMisspelt(reading: Reading, index: number, key: string): void {
  const meant = `${prefix}${key.slice(key.indexOf('/') + 1)}`;
  const message = `The annotation ${key} is none of ours (did you mean "${meant}"?). Nothing in this workload moves until it is put right.`;
  reading.problem('bad-annotation', reading.node(index).keyStart, message);
}

interface OpenClaim extends Omit<ClaimFact, 'annotations' | 'broken'> {
  readonly annotations: AnnotationFact[];
  broken: boolean;
}

/** The object of which a node is an annotation: `<object>.metadata.annotations.<node>`. */
function ownerOf(reading: Reading, index: number): number | undefined {
  const annotations = reading.node(index).parent;
  const metadata = annotations === -1 ? -1 : reading.node(annotations).parent;
  if (metadata === -1 || keyText(reading.outline, annotations) !== 'annotations') return undefined;
  if (keyText(reading.outline, metadata) !== 'metadata') return undefined;
  const owner = reading.node(metadata).parent;
  return owner !== -1 && objectOf(reading, owner)?.index === owner ? owner : undefined;
}

function claimOf(reading: Reading, claims: OpenClaim[], owner: number): OpenClaim {
  const known = claims[reading.claimOf.get(owner) ?? -1];
  if (known !== undefined) return known;
  const head = objectOf(reading, owner);
  const claim: OpenClaim = {
    document: reading.node(owner).document,
    kind: head?.kind ?? '',
    workload: head?.name ?? '',
    annotations: [],
    broken: false,
    ...reading.at(reading.node(owner).start),
  };
  reading.claimOf.set(owner, claims.length);
  claims.push(claim);
  return claim;
}

/** One annotation, or `undefined` after a problem was added. */
function readAnnotation(reading: Reading, index: number, key: string): AnnotationFact | undefined {
  const { keyStart, start } = reading.node(index);
  if (!known.includes(key) && !/^policy\../.test(key)) {
    const message = `There is no annotation ${prefix}${key}${didYouMean(key, known)}. Nothing in this workload moves until it is put right.`;
    reading.problem('bad-annotation', keyStart, message);
  } else if (!reading.hasValue(index) || !reading.isText(index)) {
    const message = `The annotation ${prefix}${key} has no text as its value. Nothing in this workload moves until it is put right.`;
    reading.problem('bad-annotation', keyStart, message);
  } else {
    return { key, value: reading.text(index), ...reading.at(start) };
  }
  return undefined;
}
