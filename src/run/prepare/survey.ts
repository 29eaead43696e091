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
  const texts = new OwnTexts();
  let last: Candidate | undefined;
  const keep = (file: Candidate, facts: FileFacts): void => {
    file.facts = facts;
    cache.set(file.id, file.kind, facts);
  };
  await tree.read(
    wanted.filter(({ facts }) => facts === undefined),
    (file, bytes) => {
      // Files of equal content, which come one after the other, share their facts, in this survey as in the next.
      const known = last?.id === file.id ? cache.get(file.id, file.kind) : undefined;
      const facts = known ?? readFacts(bytes, file.kind, texts);
      keep(file, facts);
      last = file;
      if (facts.fields.length > 0) seen(file.path, bytes);
    },
    (file, failure) => keep(file, tooLarge(failure)),
  );
  cache.turn();
  return wanted.flatMap(({ path, id, facts }) => (facts === undefined ? [] : [{ path, id, facts }]));
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
  const { path, id, mode } = entry;
  if (mode !== 'file' && mode !== 'executable') return [];
  const kind = nameClass(path);
  if (kind === 'other' || !admits(path)) return [];
  return [{ path, id, mode, kind, facts: cache.get(id, kind) }];
}

interface Candidate extends TreeEntry {
  readonly kind: NameClass;
  /** Of a survey before this one, until this one has read it. */
  facts: FileFacts | undefined;
}
