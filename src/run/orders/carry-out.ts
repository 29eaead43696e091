import { Failure } from '../../core/failure.ts';
import type { Publication, Snapshot } from '../../git/repository.ts';
import type { RunPorts } from '../ports.ts';
import { environments } from '../prepare/environments.ts';
import { lostRace } from '../push.ts';
import type { RunMemory } from '../run.ts';
import type { RunSettings } from '../settings.ts';
import { sync } from '../sync.ts';
import type { Drawn, OrderedCommit, OrderResult, Scene } from './model.ts';

const mostAttempts = 6;

export interface CarryOutOptions {
  /** Shows the commits and makes none. */
  readonly dryRun: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Carries out what a person ordered: on the branch as it is, and after a lost race on the branch as it is then.
 * @param draw what the order comes to on a scene; throws Failure `invalid-input` where it cannot be carried out there
 * @throws Failure as the repository does
 */
export async function carryOut(
  ports: RunPorts,
  settings: RunSettings,
  memory: RunMemory,
  draw: (scene: Scene) => Promise<Drawn>,
  { dryRun, signal }: CarryOutOptions,
): Promise<OrderResult> {
  for (let attempt = 1, given: Scene['given']; ; attempt++) {
    const { snapshot, value: prepared, history } = await sync(ports, settings, memory, signal);
    const { commits, notes } = await draw({
      snapshot,
      prepared,
      given,
      history,
      settings,
      environmentOf: environments(settings.environments, prepared.bindings),
      ports,
      now: ports.now(),
      signal,
    });
    const made = { commits, notes, snapshot, ids: [] };
    if (commits.length === 0) return { ...made, outcome: 'unchanged' };
    if (dryRun) return { ...made, outcome: 'planned' };
    const published = await publish(ports, snapshot, commits, signal);
    if (published.kind === 'pushed') {
      announce(ports, settings, snapshot, commits, published.commits);
      return { ...made, outcome: 'done', ids: published.commits };
    }
    if (published.kind === 'refused') return { ...made, outcome: 'refused', words: published.words };
    if (attempt >= mostAttempts) {
      const words = `${lostRace(snapshot.branch, attempt, published.locked)}; try again.`;
      return { ...made, outcome: 'refused', words };
    }
    given ??= prepared.bindings;
    ports.listen({ kind: 'raced', repository: settings.repository, attempt });
    await ports.sleep(ports.random() * 100 * 2 ** attempt, signal);
  }
}

/** Credentials that may read and not write are a refusal like a hook's. */
async function publish(
  { repository }: RunPorts,
  base: Snapshot,
  commits: readonly OrderedCommit[],
  signal: AbortSignal | undefined,
): Promise<Publication> {
  try {
    return await repository.publish(
      base,
      commits.map(({ draft }) => draft),
      signal,
    );
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'forbidden') throw error;
    return { kind: 'refused', words: error.message };
  }
}

function announce(
  ports: RunPorts,
  { repository }: RunSettings,
  { branch }: Snapshot,
  commits: readonly OrderedCommit[],
  ids: OrderResult['ids'],
): void {
  for (const [index, { releases: told, diff, message }] of commits.entries()) {
    const commit = ids[index];
    // A hold or a lift has records of what stays as it is: nothing is released by them.
    const releases = told.filter(({ from, fromDigest, to, digest }) => from !== to || fromDigest !== digest);
    if (commit === undefined || releases.length === 0) continue;
    ports.listen({ kind: 'released', repository, branch, commit, releases, diff, message });
  }
}
