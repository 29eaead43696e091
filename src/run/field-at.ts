import { Failure } from '../core/failure.ts';
import { readFacts } from '../fields/facts.ts';
import type { FileFacts } from '../fields/model.ts';
import { nameClass } from '../fields/name-class.ts';
import type { Snapshot } from '../git/repository.ts';
import type { Current } from '../policy/decision.ts';
import type { CommitId } from '../release/log.ts';
import type { Tree, TreeEntry } from '../tree/tree.ts';

/** A place in a file, as release records name it: `path#pointer`. */
export interface FieldPlace {
  readonly file: string;
  readonly pointer: string;
}

/** Reads the other end of `FieldRecord`: `undefined` where the text is no field. */
export function parseFieldKey(key: string): FieldPlace | undefined {
  const hash = key.lastIndexOf('#');
  return hash <= 0 ? undefined : { file: key.slice(0, hash), pointer: key.slice(hash + 1) };
}

/** Reads what a field held in older commits. A blob is looked at once. */
export class FieldReader {
  readonly #snapshot: Snapshot;
  readonly #facts = new Map<string, FileFacts>();

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  /** `undefined` where the commit has no such file, or the file no such field. */
  async at(commit: CommitId, place: FieldPlace): Promise<Current | undefined> {
    const tree = await this.#snapshot.at(commit);
    const entry = await tree.entry(place.file);
    if (entry === undefined || entry.mode === 'symlink' || entry.mode === 'submodule') return undefined;
    const facts = await this.#read(tree, entry);
    const field = facts.fields.find(({ pointer }) => pointer === place.pointer);
    return field && { tag: field.tag ?? null, digest: field.digest ?? null };
  }

  async #read(tree: Tree, entry: TreeEntry): Promise<FileFacts> {
    const kind = nameClass(entry.path);
    const known = this.#facts.get(`${kind} ${entry.id}`);
    if (known !== undefined) return known;
    let facts: FileFacts | undefined;
    await tree.read([entry], (_, bytes) => {
      facts = readFacts(bytes, kind);
    });
    if (facts === undefined)
      throw new Failure('corrupt', `${entry.path} could not be read from git.`, { file: entry.path });
    this.#facts.set(`${kind} ${entry.id}`, facts);
    return facts;
  }
}
