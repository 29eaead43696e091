import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Failure } from '../../core/failure.ts';
import type { ConfigRepository } from '../repository.ts';
import { findGitDirectory } from './git-directory.ts';
import { openLocalRepository } from './local-repository.ts';

/** The history of a local checkout, to be read only. */
interface Checkout {
  readonly repository: ConfigRepository;
  readonly branch: string;
  /** Whether older commits are missing (`git clone --depth`). */
  readonly shallow: boolean;
  /** Whether git may have left out files or folders, to fetch them when it needs them (`git clone --filter`). */
  readonly partial: boolean;
}

/**
 * Opens a checkout at its branch, or at a given one. What is not committed is not seen.
 * @param path absolute
 * @throws Failure `not-found` where there is no repository, `usage` where no branch is checked out and none is given
 */
export function openCheckout(path: string, branch: string | undefined): Checkout {
  const { common, head } = findGitDirectory(path);
  const name = branch ?? /^ref: refs\/heads\/(\S+)/.exec(readFileSync(head, 'utf8'))?.[1];
  if (name === undefined) {
    const message = `${path} has no branch checked out (a detached HEAD), and records belong to a branch; say which with --branch.`;
    throw new Failure('usage', message);
  }
  const nobody = { name: 'Tallyman', email: 'tallyman@localhost' };
  const repository = openLocalRepository({
    name: path,
    path,
    branch: name,
    author: nobody,
    committer: nobody,
    now: () => 0,
  });
  return {
    repository,
    branch: name,
    shallow: existsSync(join(common, 'shallow')),
    partial: hasPromises(join(common, 'objects', 'pack')),
  };
}

/** Packs of partial clones have such a file beside them. */
function hasPromises(packs: string): boolean {
  return existsSync(packs) && readdirSync(packs).some((name) => name.endsWith('.promisor'));
}
