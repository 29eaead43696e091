import type { CommitId } from '../../src/release/log.ts';
import { gitRaw } from './git.ts';

export interface MadeCommit {
  /** Full content by path; `null` removes. */
  readonly files: Readonly<Record<string, string | null>>;
  readonly message: string;
  /** Commit ids; the first is the one whose files are taken over. */
  readonly parents: readonly string[];
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** When it was written first, where it was picked or rebased since. Default `at`. */
  readonly authoredAt?: number;
}

let made = 0;

/** Makes a commit in a bare repository by native git (`fast-import`), without moving a branch. */
export function makeCommit(repository: string, commit: MadeCommit): CommitId {
  const [id] = makeCommits(repository, [commit]);
  if (id === undefined) throw new Error('no commit was made');
  return id;
}

/**
 * Makes commits one upon the other: each has the one before as its first parent, besides those that it names. One process, however many
 * they are. @returns oldest first
 */
export function makeCommits(repository: string, commits: readonly MadeCommit[]): readonly CommitId[] {
  const ref = `refs/made/${++made}`;
  const lines = [];
  for (const [index, { files, message, parents, at, authoredAt = at }] of commits.entries()) {
    const [author, committer] = [authoredAt, at].map(
      (time) => `Ann <ann@example.com> ${Math.floor(time / 1000)} +0000`,
    );
    lines.push(`commit ${ref}`, `mark :${index + 1}`, `author ${author}`, `committer ${committer}`);
    lines.push(data(message));
    const all = index === 0 ? parents : [`:${index}`, ...parents];
    for (const [place, parent] of all.entries()) lines.push(`${place === 0 ? 'from' : 'merge'} ${parent}`);
    for (const [path, content] of Object.entries(files))
      lines.push(content === null ? `D ${path}` : `M 100644 inline ${path}\n${data(content)}`);
  }
  for (const index of commits.keys()) lines.push(`get-mark :${index + 1}`);
  // Loose objects, as single commits make them: what becomes of packs is the tests' matter.
  const args = ['-c', 'fastimport.unpackLimit=100000', 'fast-import', '--quiet', '--force'];
  const said = gitRaw(repository, args, `${lines.join('\n')}\n`).toString();
  return said.split('\n').filter((line) => line !== '') as CommitId[];
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}
