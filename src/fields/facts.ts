import { decode, isLfsPointer } from '../yaml/decode.ts';
import type { YamlError } from '../yaml/parse.ts';
import { readOutline } from '../yaml/read.ts';
import { readClaims } from './claims.ts';
import { detach } from './detach.ts';
import { readFluxDocuments } from './flux-documents.ts';
import { readKustomizations } from './kustomizations.ts';
import { readMarkers } from './markers.ts';
import type { FileFacts, NameClass } from './model.ts';
import { readPolicyDocuments } from './policy-documents.ts';
import { OwnTexts } from './own-texts.ts';
import { Reading } from './reading.ts';
import { recognise } from './recognise.ts';
import { readRepeated } from './repeated.ts';
import { brokenYaml, undecodable } from './unreadable.ts';

/**
 * Reads what one file holds (architecture.md, idea 2): image fields, markers, claims, ImagePolicy documents, and what is wrong with
 * them. Never throws for what a file contains. The answer is plain JSON, knows no path and shares no memory with the file.
 * @param texts of the other files that are read with it; default: it shares none with them
 */
export function readFacts(
  bytes: Uint8Array,
  nameClass: NameClass,
  texts: OwnTexts = new OwnTexts(),
): FileFacts {
  if (nameClass === 'other') return nothing;
  const decoded = decode(bytes);
  if ('refused' in decoded) return unreadable(bytes, nameClass, decoded.refused);
  const { text } = decoded;
  if (!isTelling(text) && nameClass !== 'kustomization') return nothing;
  const read = readOutline(text);
  if ('error' in read) return broken(text, nameClass, read.error);
  const reading = new Reading(read.outline, nameClass);
  const claims = readClaims(reading);
  recognise(reading);
  const markers = readMarkers(reading);
  const policies = readPolicyDocuments(reading);
  const flux = readFluxDocuments(reading);
  const kustomizations = readKustomizations(reading);
  const { fields, problems } = reading;
  const repeated = readRepeated(reading);
  const found = { fields, markers, claims, policies, flux, kustomizations, problems };
  const facts = repeated.length === 0 ? found : { ...found, repeated };
  if (Object.values(facts).every((found) => found.length === 0)) return nothing;
  return detach(read.scanned === true ? { ...facts, scanned: read.scanned } : facts, texts);
}

/** A file without any of these words holds nothing for us, and is not looked at further. Most that hold one hold the first. */
function isTelling(text: string): boolean {
  return text.includes('image') || otherTelling.test(text);
}

const otherTelling =
  /newTag|newName|\btag\b|digest|repository|\$tallyman|tallyman\.dev|kustomize\.toolkit|argoproj\.io/;

const none: readonly never[] = Object.freeze([]);
const nothing: FileFacts = Object.freeze({
  fields: none,
  markers: none,
  claims: none,
  policies: none,
  flux: none,
  kustomizations: none,
  problems: none,
});

/** Only what looks like a manifest is worth a word: other binary files are nobody's mistake. */
function unreadable(bytes: Uint8Array, nameClass: NameClass, reason: string): FileFacts {
  const isLarge = bytes.length > 1_000_000;
  const text = isLarge ? '' : new TextDecoder('latin1').decode(bytes).replaceAll('\0', '');
  // Manifests are seldom JSON, and data seldom YAML.
  const isHidden = text.startsWith('GITCRYPT') || (nameClass !== 'json' && isLfsPointer(text));
  if (!isLarge && !isTelling(text) && !isHidden) return nothing;
  return { ...nothing, problems: [undecodable(reason)] };
}

function broken(text: string, nameClass: NameClass, error: YamlError): FileFacts {
  // JSON with comments, as many tools' own settings have it, is no manifest.
  if (nameClass === 'json' && !/"(?:apiVersion|kind)"/.test(text)) return nothing;
  return { ...nothing, problems: [brokenYaml(text, error)] };
}
