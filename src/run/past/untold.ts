import type { Binding } from '../../bindings/model.ts';
import type { Snapshot } from '../../git/repository.ts';
import type { CommitId } from '../../release/log.ts';
import type { BranchLog } from './branch-log.ts';
import type { FieldReader } from './field-at.ts';
import { FileRules } from './file-rules.ts';
import type { Told } from './told.ts';

type RuledBinding = Pick<Binding, 'policy' | 'file' | 'field'>;

/** Commits after the newest record that are looked at for what people did by hand. */
export const mostLookedBack = 2000;

/**
 * How many of the newest commits of a branch may have done what no record tells of: what a run released was above all before it, by the rule of that
 * time. Where the rule is another one now, those before the newest record may have done as well what it admits.
 */
export async function untold(
  binding: RuledBinding,
  { newest }: Pick<Told, 'newest'>,
  line: BranchLog['line'],
  snapshot: Snapshot,
  reader: FieldReader,
): Promise<number> {
  if (newest === undefined) return line.length;
  if (await isChanged(binding, newest, snapshot, reader)) return mostLookedBack;
  return Math.min(
    line.findIndex(({ id }) => id === newest.bringer),
    mostLookedBack,
  );
}

/** Whether a field has another rule than when its newest record came. */
async function isChanged(
  binding: RuledBinding,
  { bringer, policy: name }: NonNullable<Told['newest']>,
  { commit: head }: Snapshot,
  reader: FieldReader,
): Promise<boolean> {
  const { policy } = binding;
  // What an annotation makes has its name by what else there is in the repository.
  if (policy.dialect !== 'annotation' && name !== policy.name) return true;
  const files = [policy.place.file, ...(policy.otherFiles ?? [])];
  for (const file of files) if (await isChangedIn(file, binding, [bringer, head], reader)) return true;
  return false;
}

async function isChangedIn(
  file: string,
  binding: RuledBinding,
  commits: readonly [then: CommitId, now: CommitId],
  reader: FieldReader,
): Promise<boolean> {
  const [then, now] = await Promise.all(commits.map(async (commit) => reader.entry(commit, file)));
  if (then === undefined || now === undefined) return true;
  if (then.id === now.id) return false;
  await reader.prepare(commits.map((commit) => ({ commit, file })));
  const [old, present] = await Promise.all(commits.map(async (commit) => reader.rules(commit, file)));
  return old === undefined || present === undefined || !FileRules.isSame(binding, present, old);
}
