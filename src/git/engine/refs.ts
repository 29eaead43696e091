import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Failure } from '../../core/failure.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { CommitId } from '../../release/log.ts';
import { diskFailure, errorCode } from './durable.ts';
import { isObjectId } from './object-id.ts';

/**
 * The full name of a branch, by git's own rules for names, so that no branch name leads out of the refs folder.
 * @throws Failure `invalid-config`
 */
export function branchRef(branch: string): string {
  const bad =
    branch === '' ||
    branch.length > 250 ||
    /[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|\.lock(?:\/|$)|(?:^|\/)\.|[./]$|^[/-]/u.test(branch);
  if (bad)
    throw new Failure('invalid-config', `${JSON.stringify(branch)} is not a branch name that git allows`);
  return `refs/heads/${branch}`;
}

export interface ResolvedRef {
  /** The ref that holds the id: another one where the name is symbolic. */
  readonly name: string;
  readonly id: CommitId;
}

/** Reads a ref of a git directory, loose or packed, through symbolic ones. @throws Failure `corrupt` */
export function readRef(gitDirectory: string, name: string, depth = 0): ResolvedRef | undefined {
  const text = readText(join(gitDirectory, name))?.trim();
  if (text?.startsWith('ref: ')) {
    const target = text.slice(5).trim();
    if (depth >= 5 || !target.startsWith('refs/') || target.split('/').includes('..')) {
      throw new Failure(
        'corrupt',
        `the ref ${name} in ${gitDirectory} points to ${JSON.stringify(target)}, which cannot be followed`,
      );
    }
    return readRef(gitDirectory, target, depth + 1);
  }
  const id = text ?? packedRefs(gitDirectory).get(name);
  if (id === undefined) return undefined;
  if (!isObjectId(id)) {
    const words = `the ref ${name} in ${gitDirectory} holds no commit id; a crash may have emptied it: write the id of its last commit there (\`git reflog\`, \`git fsck\`)`;
    throw new Failure('corrupt', words);
  }
  return { name, id: id as CommitId };
}

/** Why a branch that was asked for is not there, and what to do. */
export function missingBranch(repository: string, branch: string, branches: readonly string[]): Failure {
  const known =
    branches.length === 0
      ? ''
      : `; it has ${branches.slice(0, 10).join(', ')}${branches.length > 10 ? ', ...' : ''}`;
  const why =
    branches.length === 0
      ? 'it is empty. Push a first commit to it'
      : `there is no such branch${didYouMean(branch, branches)}${known}. Correct \`branch\` in tallyman.yaml, or push the branch`;
  return new Failure('not-found', `branch "${branch}" of ${repository}: ${why}`);
}

/** Names of all branches of a git directory; symbolic ones that lead nowhere are none. */
export function listBranches(gitDirectory: string): string[] {
  const names = new Set<string>();
  for (const name of packedRefs(gitDirectory).keys()) names.add(name);
  let files: string[] = [];
  try {
    files = readdirSync(join(gitDirectory, 'refs', 'heads'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.lock'))
      .map((entry) => join(entry.parentPath, entry.name).slice(gitDirectory.length + 1));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw diskFailure(error, 'read', gitDirectory);
  }
  for (const file of files) names.add(file.replaceAll('\\', '/'));
  return [...names]
    .filter((name) => name.startsWith('refs/heads/') && leadsSomewhere(gitDirectory, name))
    .map((name) => name.slice(11))
    .sort();
}

function leadsSomewhere(gitDirectory: string, name: string): boolean {
  if (readText(join(gitDirectory, name))?.startsWith('ref: ') !== true) return true;
  try {
    return readRef(gitDirectory, name) !== undefined;
  } catch {
    return false; // in a circle
  }
}

function packedRefs(gitDirectory: string): ReadonlyMap<string, string> {
  const refs = new Map<string, string>();
  for (const line of (readText(join(gitDirectory, 'packed-refs')) ?? '').split('\n')) {
    const match = /^([0-9a-f]{40}) (\S+)$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) refs.set(match[2], match[1]);
  }
  return refs;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    throw diskFailure(error, 'read', path);
  }
}
