import { parseDigest } from '../image/digest.ts';
import { parseReference, parseRepository } from '../image/reference.ts';
import type { FieldKind } from './model.ts';

/** What a scalar's text says about an image. Tags are source text and may be no valid tag; `undefined`: not there. */
export interface ImageText {
  readonly name: string | undefined;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/**
 * Reads a whole reference: `name[:tag][@digest]`. Of one whose tag another tool fills in (`acme/web:${TAG}`), the name. Line breaks at its end, as a block
 * scalar has them (`image: |`), are passed over: the field is refused, and its name says to whom.
 */
export function readImageText(text: string, kind: FieldKind): ImageText {
  const written = withoutBreaks(text).slice(aliasLength(text, kind));
  const reference = parseReference(written);
  if (reference === undefined) {
    const name = nameOfTemplate(written) ?? nameOfBroken(written);
    return { name, tag: undefined, digest: undefined };
  }
  return { name: reference.spelled, tag: reference.tag, digest: reference.digest };
}

function withoutBreaks(text: string): string {
  let end = text.length;
  while (text[end - 1] === '\n') end--;
  return text.slice(0, end);
}

function nameOfTemplate(text: string): string | undefined {
  const name = /^([^\s{}$%<>@]+)[:@][^\s/:]*(?:\{\{|\{%|<%|\$[\w({])/.exec(text)?.[1];
  return name === undefined ? undefined : parseRepository(name)?.spelled;
}

/** The name of a text that is no reference for what stands behind it (`acme/web:1.0+build`, `acme/web:<tag>`). */
function nameOfBroken(text: string): string | undefined {
  if (/\s/.test(text)) return undefined;
  const from = text.lastIndexOf('/') + 1;
  const end = text.slice(from).search(/[:@]/);
  return end === -1 ? undefined : parseRepository(text.slice(0, from + end))?.spelled;
}

/** Length of the `alias=` that Argo CD's kustomize images may begin with, the sign included; else 0. */
export function aliasLength(text: string, kind: FieldKind): number {
  return kind === 'kustomize' ? text.indexOf('=') + 1 : 0;
}

/** Reads the text of a tag field, which may hold the digest as well: `v1@sha256:...`. */
export function readTagText(text: string): Omit<ImageText, 'name'> {
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : parseDigest(text.slice(at + 1));
  const tag = digest === undefined ? text : text.slice(0, at);
  return { tag: tag === '' ? undefined : tag, digest };
}
