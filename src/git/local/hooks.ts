import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The hooks of git that may refuse a push (githooks(5)). */
const guarding = ['pre-receive', 'update', 'reference-transaction'];

/**
 * The hooks of a repository that git would ask before a push is taken: files that may be executed, below `core.hooksPath` where the repository sets it. Samples are none.
 * @param common the git directory
 * @param hooksPath as the repository's own configuration has it; those of the user and the system are not read
 */
export function guardingHooks(common: string, hooksPath: string | undefined): readonly string[] {
  const folder = resolve(common, (hooksPath ?? 'hooks').replace(/^~(?=\/|$)/, homedir()));
  return guarding.filter((name) => isProgram(join(folder, name)));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
