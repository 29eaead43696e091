import { watchedBy } from '../bindings/targets/watched.ts';
import type { Snapshot } from '../git/repository.ts';
import { BranchHistory } from './past/branch-history.ts';
import { WatchedSnapshot } from './past/watched-snapshot.ts';
import type { FactsCache } from './prepare/facts-cache.ts';
import type { OriginCache } from './past/field-origins.ts';
import type { RunPorts } from './ports.ts';
import { prepare, type Prepared } from './prepare/prepare.ts';
import type { RunSettings } from './settings.ts';
import { verifyHead } from './verify-head.ts';

/** A branch as it was at one moment, with everything that can be known of it. */
export interface Synced {
  readonly snapshot: Snapshot;
  readonly value: Prepared;
  readonly history: BranchHistory;
  /** What `history` reads from. */
  readonly watched: WatchedSnapshot;
}

/** What is kept of the last sync. */
export interface SyncMemory {
  readonly cache: FactsCache;
  readonly origins: OriginCache;
  prepared: Synced | undefined;
}

/**
 * The branch as it is now, with its facts; an unchanged branch gives what was prepared before, unless something of its past could
 * not be read: then all of that is read anew.
 * @throws Failure as the repository does, and `untrusted` where `verifyHead` is not satisfied: nothing is read from such a tree
 */
export async function sync(
  ports: RunPorts,
  settings: RunSettings,
  memory: SyncMemory,
  signal: AbortSignal | undefined,
): Promise<Synced> {
  const started = ports.now();
  const snapshot = await ports.repository.sync(signal);
  const known = memory.prepared;
  const changed = known?.snapshot.commit !== snapshot.commit;
  const { repository } = settings;
  ports.listen({ kind: 'synced', repository, commit: snapshot.commit, changed, ms: ports.now() - started });
  const since = started - settings.horizon;
  // Each time: a key may have been taken from the list since.
  await verifyHead(snapshot, settings, ports, since);
  if (known !== undefined && !changed && !known.watched.isBroken) return known;
  const value = await prepare(snapshot.tree, settings, memory.cache);
  const watched = new WatchedSnapshot(snapshot);
  const history = new BranchHistory(watched, since, memory.origins, watchedBy(value.bindings));
  memory.prepared = { snapshot, value, history, watched };
  return memory.prepared;
}
