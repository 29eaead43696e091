import type { CommitId } from '../../src/release/log.ts';
import { git, gitRaw } from './git.ts';

export interface MadeCommit {
  /** Full content by path; `null` removes. */
  readonly files: Readonly<Record<string, string | null>>;
  readonly message: string;
  /** Commit ids; the first is the one whose files are taken over. */
  readonly parents: readonly string[];
  /** Milliseconds since the epoch. */
  readonly at: number;
}

let made = 0;

/** Makes a commit in a bare repository by native git (`fast-import`), without moving a branch. */
export function makeCommit(repository: string, commit: MadeCommit): CommitId {
  const ref = `refs/made/${++made}`;
  const stamp = `Ann <ann@example.com> ${Math.floor(commit.at / 1000)} +0000`;
  const lines = [`commit ${ref}`, `author ${stamp}`, `committer ${stamp}`, data(commit.message)];
  for (const [index, parent] of commit.parents.entries())
    lines.push(`${index === 0 ? 'from' : 'merge'} ${parent}`);
  for (const [path, content] of Object.entries(commit.files)) {
    lines.push(content === null ? `D ${path}` : `M 100644 inline ${path}\n${data(content)}`);
  }
  gitRaw(repository, ['fast-import', '--quiet', '--force'], `${lines.join('\n')}\n`);
  return git(repository, 'rev-parse', ref) as CommitId;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}
