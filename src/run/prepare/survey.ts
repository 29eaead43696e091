import type { FactedFile } from '../../bindings/model.ts';
import type { Failure } from '../../core/failure.ts';
import type { FileFacts, NameClass } from '../../fields/model.ts';
import { readFacts } from '../../fields/facts.ts';
import { nameClass } from '../../fields/name-class.ts';
import { OwnTexts } from '../../fields/own-texts.ts';
import type { Tree, TreeEntry } from '../../tree/tree.ts';
import type { FactsCache } from './facts-cache.ts';

/** Is shown a file with image fields that was read just now. */
type SeeFile = (path: string, bytes: Uint8Array) => void;

/**
 * Reads the facts of every file that may hold an image field or a policy. Files whose content was seen before are
 * not read again.
 */
export async function survey(
  tree: Tree,
  admits: (path: string) => boolean,
  cache: FactsCache,
  seen: SeeFile = () => undefined,
): Promise<readonly FactedFile[]> {
  const wanted = (await tree.list()).flatMap((entry) => candidate(entry, admits, cache));
  const unseen = wanted.filter(({ known }) => known === undefined);
  const kinds = new Map(unseen.map(({ entry, kind }) => [entry.path, kind]));
  const texts = new OwnTexts();
  await tree.read(
    unseen.map(({ entry }) => entry),
    (entry, bytes) => {
      const kind = kinds.get(entry.path) ?? 'other';
      const facts = readFacts(bytes, kind, texts);
      cache.set(entry.id, kind, facts);
      if (facts.fields.length > 0) seen(entry.path, bytes);
    },
    ({ id, path }, failure) => cache.set(id, kinds.get(path) ?? 'other', tooLarge(failure)),
  );
  const files = wanted.flatMap(({ entry, kind, known }) => {
    const facts = known ?? cache.get(entry.id, kind);
    return facts === undefined ? [] : [{ path: entry.path, id: entry.id, facts }];
  });
  cache.turn();
  return files;
}

/** Nothing of it is known, and that is said: it may hold a field that somebody counts on. */
function tooLarge({ message }: Failure): FileFacts {
  const problem = {
    code: 'bad-encoding',
    line: 1,
    column: 1,
    message: `This file is left alone: ${message}.`,
  } as const;
  return {
    fields: [],
    markers: [],
    claims: [],
    policies: [],
    flux: [],
    kustomizations: [],
    problems: [problem],
  };
}

function candidate(entry: TreeEntry, admits: (path: string) => boolean, cache: FactsCache): Candidate[] {
  if (entry.mode !== 'file' && entry.mode !== 'executable') return [];
  const kind = nameClass(entry.path);
  if (kind === 'other' || !admits(entry.path)) return [];
  return [{ entry, kind, known: cache.get(entry.id, kind) }];
}

interface Candidate {
  readonly entry: TreeEntry;
  readonly kind: NameClass;
  /** Of a survey before this one. */
  readonly known: FileFacts | undefined;
}
