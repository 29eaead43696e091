import { Failure } from '../../core/failure.ts';
import type { Position } from '../../core/position.ts';
import type { Problem } from '../../core/problem.ts';
import type { PartFact } from '../../fields/model.ts';
import { decode, encode } from '../../yaml/decode.ts';
import { readOutline } from '../../yaml/read.ts';
import { renderScalar } from '../../yaml/render.ts';
import { applyEdits } from '../../yaml/splice.ts';
import { wantsDigest } from './digest-demand.ts';
import { insertDigest, type Insertion } from './insert-digest.ts';
import type { Bound, FieldEdit, WritePolicy } from '../model.ts';
import { ProofBudget } from './proof-budget.ts';
import { newName, valueOf, type Wanted } from './new-value.ts';
import { proveEdits } from './prove-edits.ts';

/** What `planEdits` reads of a binding. */
export type EditedField = Pick<Bound<WritePolicy>, 'policy' | 'file' | 'field' | 'writes' | 'scope'> &
  Partial<Pick<Bound<WritePolicy>, 'via'>>;

/**
 * Plans the edits that put a tag (and name, and digest) into a field: exactly its values, and only those that change (product.md, 4).
 * @param to `name` only where another one than the policy's is to be written; an empty `tag` where the digest is to stand alone; `digest: null`
 * where none is known
 * @param text of the file, as `decode` gave it
 * @returns no edits where everything stands there already
 */
export function planEdits(
  binding: EditedField,
  to: { readonly name?: string; readonly tag: string; readonly digest: string | null },
  text: string,
): { readonly edits: FieldEdit[] } | { readonly problem: Problem } {
  const wants = wantsDigest(binding) || givesDigest(binding, to.digest) || to.tag === '';
  if (wants && to.digest === null) return { problem: digestUnknown(binding, to.tag) };
  const name = newName(binding, to.name);
  if (typeof name !== 'string') return { problem: refused(binding, binding.field, name.refused) };
  const wanted: Wanted = { name, tag: to.tag, digest: wants ? to.digest : null };
  const edits: FieldEdit[] = [];
  const needs: number[] = [];
  for (const part of binding.writes) {
    const value = valueOf(binding, part, wanted);
    if (value === undefined || value === part.value) continue;
    if (part.follows === true) {
      if (part.anchor !== undefined && part.part !== 'name') needs.push(part.anchor);
      continue;
    }
    if (part.refused !== undefined) return { problem: refused(binding, part, part.refused) };
    edits.push(replacement(binding, part, value));
  }
  const inserted = insertDigest(binding, wanted, text);
  if (inserted !== undefined && 'refused' in inserted) {
    return { problem: refused(binding, binding.field, inserted.refused) };
  }
  if (inserted !== undefined) edits.push(insertion(binding, inserted, text));
  return { edits: needs.length === 0 ? edits : edits.map((edit) => ({ ...edit, needs })) };
}

/**
 * Makes the edits of one file, and proves that they changed what was planned and nothing else (product.md, 4).
 * @param budget of the run that the file belongs to; default: one of its own
 * @param scanned `FileFacts.scanned` of the text
 */
export function applyFileEdits(
  text: string,
  edits: readonly FieldEdit[],
  budget: ProofBudget = new ProofBudget(),
  scanned = false,
): { readonly text: string } | { readonly problem: Problem } {
  const distinct = distinctEdits(edits);
  const stop = rivalry(distinct);
  if (stop !== undefined) return { problem: stop };
  let after: string;
  try {
    after = applyEdits(text, distinct);
  } catch (error) {
    if (error instanceof Failure) return { problem: unproven(edits, error.message) };
    throw error;
  }
  const options = { parseBudget: budget.take(text.length), scanned };
  const reason = proveEdits(text, after, distinct, options) ?? brokenJson(text, after, distinct);
  const outgrown = outgrows(after, reason);
  if (outgrown !== undefined) return { problem: tooLarge(edits, outgrown) };
  return reason === undefined ? { text: after } : { problem: unproven(edits, reason) };
}

/** Shorter texts are below every limit in bytes. */
const surelySmall = 2 ** 21;

/** Why a file could not be read any more after the edit, since what was inserted made it too large. */
function outgrows(after: string, unproven: string | undefined): string | undefined {
  const decoded = after.length < surelySmall ? undefined : decode(encode(after));
  if (decoded !== undefined && 'refused' in decoded) return decoded.refused;
  const read = unproven === undefined ? undefined : readOutline(after);
  return read !== undefined && 'error' in read && read.error.isLimit === true
    ? read.error.message
    : undefined;
}

function tooLarge([first]: readonly FieldEdit[], reason: string): Problem {
  const place = first && { file: first.file, line: first.line, column: first.column, policy: first.policy };
  const message = `The file would become too large to be read: ${reason}. Nothing in it is changed; move some of its images to a file of their own.`;
  return { code: 'refused-edit', ...place, message };
}

/** Several bindings may want the same of one scalar; one edit does for all. */
export function distinctEdits(edits: readonly FieldEdit[]): FieldEdit[] {
  const seen = new Set<string>();
  return edits.filter(({ start, end, source }) => {
    const key = `${start} ${end} ${source}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** Two policies that write one scalar differently: by name here and by a Flux 2 marker there, say. */
function rivalry(edits: readonly FieldEdit[]): Problem | undefined {
  const byStart = new Map<number, FieldEdit>();
  for (const edit of edits) {
    const other = byStart.get(edit.start);
    byStart.set(edit.start, edit);
    if (other === undefined || other.end !== edit.end || other.policy === edit.policy) continue;
    const { file, line, column, policy } = edit;
    const message = `The policies ${other.policy} and ${policy} would write ${other.new} and ${edit.new} here. The file is not changed.`;
    return { code: 'ambiguous-binding', file, line, column, message, policy };
  }
  return undefined;
}

/** YAML takes more than JSON does: what was JSON must still be. */
function brokenJson(before: string, after: string, edits: readonly FieldEdit[]): string | undefined {
  if (edits[0]?.file.endsWith('.json') !== true || !isJson(before) || isJson(after)) return undefined;
  return 'the file is no JSON after the edit';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text.replace(/^\ufeff/, ''));
    return true;
  } catch {
    return false;
  }
}

function givesDigest({ policy, scope }: EditedField, digest: string | null): boolean {
  return policy.digest === 'given' && digest !== null && scope !== 'name';
}

function replacement({ policy, file }: EditedField, part: PartFact, value: string): FieldEdit {
  // JSON has no plain text: a number there gives way to a text in quotes.
  const style = file.endsWith('.json') ? 'double' : part.style;
  const { line, column, start, end, value: old, block } = part;
  const source = part.verbatim === true ? value : renderScalar(value, { style, inFlow: part.inFlow });
  const place = { file, line, column, start, end };
  return {
    policy: policy.name,
    field: part.part,
    ...place,
    old,
    new: value,
    source,
    ...(block && { block }),
  };
}

function insertion(
  { policy, file }: EditedField,
  { offset, source, digest, tag }: Insertion,
  text: string,
): FieldEdit {
  const place = { file, ...placeNear(tag, offset, text), start: offset, end: offset };
  return {
    policy: policy.name,
    field: 'digest',
    ...place,
    old: null,
    new: digest,
    source,
    ...(tag.block && { block: tag.block }),
  };
}

/** The place of an offset on the line of a part. Counting from the start of the text would take its length for each of many. */
function placeNear({ start, line, column }: PartFact, offset: number, text: string): Position {
  const [from, to] = offset < start ? [offset, start] : [start, offset];
  const between = Array.from(text.slice(from, to)).length;
  return { line, column: column + (offset < start ? -between : between) };
}

function digestUnknown(binding: EditedField, tag: string): Problem {
  const because = binding.field.digest === undefined ? 'the policy pins' : 'a digest stands in this field';
  return refused(binding, binding.field, `${because}, and no digest of ${tag} is known`);
}

/** A field that is not edited, and why. */
export function refused(
  { policy, file, field }: EditedField,
  { line, column }: { readonly line: number; readonly column: number },
  reason: string,
): Problem {
  const message = `The image field ${field.pointer} is not edited: ${reason}.`;
  return { code: 'refused-edit', file, line, column, message, policy: policy.name };
}

function unproven(edits: readonly FieldEdit[], reason: string): Problem {
  const place = edits[0] && { file: edits[0].file, line: edits[0].line, column: edits[0].column };
  const message = `The edit is refused, as it could not be proven to change exactly what was planned: ${reason}. This is a bug of Tallyman; please report it with the file.`;
  return { code: 'proof-failed', ...place, message };
}
