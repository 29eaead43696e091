import { appendFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import type { CommitId } from '../../release/log.ts';
import { diskFailure, errorCode, makeFolder, writeNew } from '../engine/durable.ts';
import { readRef } from '../engine/refs.ts';
import { share, type Sharing } from './sharing.ts';

export interface RefUpdate {
  /** The ref that holds the id (not a symbolic one): `refs/heads/main`. */
  readonly ref: string;
  readonly oldId: CommitId;
  readonly newId: CommitId;
  /** What the reflog says, where there is one: `Name <address> seconds +0000<tab>text`. */
  readonly logLine: string;
  /** Of the repository. */
  readonly sharing: Sharing | undefined;
}

/**
 * Moves a ref from `oldId` to `newId` as git does it: the new value is written to `<ref>.lock`, which only one process can
 * create; under that lock the old value is looked at again; then the lock file becomes the ref.
 * @returns `raced` where the ref is elsewhere by now, `locked` where its lock is still held after about a second (a lock that a dead
 * process left behind stays until a person removes it)
 * @throws Failure `disk` where the disk does not take it
 */
export async function updateRef(
  gitDirectory: string,
  update: RefUpdate,
): Promise<'moved' | 'raced' | 'locked'> {
  const path = join(gitDirectory, update.ref);
  const lock = `${path}.lock`;
  // The ref may stand in packed-refs only, and its folder not be there.
  const isNewFolder = !existsSync(dirname(lock));
  if (!(await takeLock(lock, update.newId))) return 'locked';
  let moved = false;
  try {
    if (readRef(gitDirectory, update.ref)?.id !== update.oldId) return 'raced';
    share(lock, update.sharing);
    if (isNewFolder) share(dirname(lock), update.sharing);
    renameSync(lock, path);
    moved = true;
  } catch (error) {
    throw diskFailure(error, 'write', path);
  } finally {
    if (!moved) rmSync(lock, { force: true });
  }
  appendReflog(join(gitDirectory, 'logs', update.ref), update);
  return 'moved';
}

async function takeLock(lock: string, id: CommitId): Promise<boolean> {
  for (let attempt = 0; attempt < lockAttempts; attempt++) {
    try {
      makeFolder(dirname(lock));
      writeNew(lock, `${id}\n`);
      return true;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw diskFailure(error, 'write', lock);
    }
    await setTimeout(20 * 2 ** attempt);
  }
  return false;
}

/** Git goes on with a reflog that exists, whatever its configuration says. The ref has moved: a full log stops nothing. */
function appendReflog(path: string, update: RefUpdate): void {
  if (!existsSync(path)) return;
  try {
    appendFileSync(path, `${update.oldId} ${update.newId} ${update.logLine}\n`);
  } catch {
    // the log is for people; the commit itself is in place
  }
}

const lockAttempts = 6;
