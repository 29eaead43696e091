import { asFailure, Failure } from '../core/failure.ts';
import type { Problem } from '../core/problem.ts';
import type { CommitDraft, Publication, Snapshot } from '../git/repository.ts';
import { ReadingsCache } from '../policy/readings.ts';
import type { CommitId } from '../release/log.ts';
import { answerAges } from './answer-ages.ts';
import { BranchHistory } from './branch-history.ts';
import { FactsCache } from './facts-cache.ts';
import { plan, type RunPlan } from './plan.ts';
import type { RunPorts } from './ports.ts';
import { prepare, type Prepared } from './prepare.ts';
import type { Scans } from './scan.ts';
import type { RunSettings } from './settings.ts';
import { wouldMove } from './rule.ts';

/** What one process keeps between the runs of one repository. Losing it costs time, nothing else. */
export class RunMemory {
  readonly cache = new FactsCache();
  /** Of the policies that the last run used. */
  readonly readings = new ReadingsCache();
  prepared:
    { readonly snapshot: Snapshot; readonly value: Prepared; readonly history: BranchHistory } | undefined;
  /** A push that was refused at this commit; tried again when the branch moves, else hourly (product.md, 5). */
  blocked: { readonly commit: CommitId; readonly at: number; readonly words: string } | undefined;
}

export interface RunOptions {
  /** Plan only; nothing is committed. */
  readonly dryRun?: boolean;
  /** One run and no more: not the daemon's. */
  readonly once?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** How a run of one repository ended. */
export type RunResult =
  | {
      readonly outcome: 'released' | 'unchanged' | 'planned';
      readonly plan: RunPlan;
      readonly snapshot: Snapshot;
      readonly commits: readonly CommitId[];
    }
  /** The remote said no: the plan stands, nothing was pushed. */
  | {
      readonly outcome: 'refused';
      readonly plan: RunPlan;
      readonly snapshot: Snapshot;
      readonly commits: readonly [];
      readonly words: string;
    }
  | { readonly outcome: 'failed'; readonly failure: Failure };

const mostAttempts = 6;
const hour = 3_600_000;

/** One pass over one config repository: sync, scan, decide, plan, commit, push. Never throws; a failure is a result. */
export async function runRepository(
  ports: RunPorts,
  settings: RunSettings,
  memory: RunMemory,
  options: RunOptions = {},
): Promise<RunResult> {
  const started = ports.now();
  ports.listen({ kind: 'run-started', repository: settings.repository });
  const result = await attemptAll(ports, settings, memory, options).catch((error: unknown): RunResult => {
    return { outcome: 'failed', failure: asFailure(error) };
  });
  report(result, ports, settings, started);
  if (memory.prepared !== undefined && result.outcome !== 'failed' && options.dryRun !== true) {
    const { snapshot, history } = memory.prepared;
    await answerAges(ports.state, [settings.repository, snapshot.branch], history, started);
  }
  return result;
}

async function attemptAll(
  ports: RunPorts,
  settings: RunSettings,
  memory: RunMemory,
  options: RunOptions,
): Promise<RunResult> {
  let scans: Scans | undefined;
  for (let attempt = 1; ; attempt++) {
    const { snapshot, value, history } = await sync(ports, settings, memory, options.signal);
    const planned = await plan(value, {
      settings,
      ports,
      branch: snapshot.branch,
      history,
      now: ports.now,
      listen: ports.listen,
      scans,
      readings: memory.readings,
      once: options.once,
      signal: options.signal,
    });
    memory.readings.turn();
    scans = planned.scans;
    if (planned.commits.length === 0) return { outcome: 'unchanged', plan: planned, snapshot, commits: [] };
    if (options.dryRun === true) return { outcome: 'planned', plan: planned, snapshot, commits: [] };
    const published = await publish(planned, snapshot, ports, settings, memory, options.signal);
    if (published !== 'raced') return published;
    if (attempt >= mostAttempts) return lostRace(snapshot, planned, attempt);
    ports.listen({ kind: 'raced', repository: settings.repository, attempt });
    await ports.sleep(ports.random() * 100 * 2 ** attempt, options.signal);
  }
}

/** The branch as it is now, with its facts; an unchanged branch gives what was prepared before. */
async function sync(
  ports: RunPorts,
  settings: RunSettings,
  memory: RunMemory,
  signal: AbortSignal | undefined,
): Promise<NonNullable<RunMemory['prepared']>> {
  const started = ports.now();
  const snapshot = await ports.repository.sync(signal);
  const known = memory.prepared;
  const changed = known?.snapshot.commit !== snapshot.commit;
  const { repository } = settings;
  ports.listen({ kind: 'synced', repository, commit: snapshot.commit, changed, ms: ports.now() - started });
  if (known !== undefined && !changed) return known;
  const value = await prepare(snapshot.tree, settings, memory.cache);
  const history = new BranchHistory(snapshot, started - settings.horizon);
  memory.prepared = { snapshot, value, history };
  return memory.prepared;
}

async function publish(
  planned: RunPlan,
  snapshot: Snapshot,
  ports: RunPorts,
  settings: RunSettings,
  memory: RunMemory,
  signal: AbortSignal | undefined,
): Promise<RunResult | 'raced'> {
  const { blocked } = memory;
  if (blocked !== undefined && blocked.commit === snapshot.commit && ports.now() - blocked.at < hour) {
    return { outcome: 'refused', plan: planned, snapshot, commits: [], words: blocked.words };
  }
  const drafts = planned.commits.map(({ draft }) => draft);
  const publication = await publishOrRefuse(ports, snapshot, drafts, signal);
  switch (publication.kind) {
    case 'raced':
      return 'raced';
    case 'refused': {
      memory.blocked = { commit: snapshot.commit, at: ports.now(), words: publication.words };
      ports.listen({ kind: 'refused', repository: settings.repository, words: publication.words });
      return { outcome: 'refused', plan: planned, snapshot, commits: [], words: publication.words };
    }
    case 'pushed': {
      memory.blocked = undefined;
      announce(planned, publication.commits, snapshot, ports, settings);
      return { outcome: 'released', plan: planned, snapshot, commits: publication.commits };
    }
  }
}

/** Credentials that may read and not write are a refusal like a hook's: nothing is gained by trying again soon. */
async function publishOrRefuse(
  ports: RunPorts,
  snapshot: Snapshot,
  drafts: readonly CommitDraft[],
  signal: AbortSignal | undefined,
): Promise<Publication> {
  try {
    return await ports.repository.publish(snapshot, drafts, signal);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'forbidden') throw error;
    return { kind: 'refused', words: error.message };
  }
}

function announce(
  planned: RunPlan,
  commits: readonly CommitId[],
  snapshot: Snapshot,
  ports: RunPorts,
  settings: RunSettings,
): void {
  for (const [index, { releases, diff, draft }] of planned.commits.entries()) {
    const commit = commits[index];
    if (commit === undefined) continue;
    const { repository } = settings;
    const { branch } = snapshot;
    ports.listen({ kind: 'released', repository, branch, commit, releases, diff, message: draft.message });
  }
}

function lostRace(snapshot: Snapshot, planned: RunPlan, attempts: number): RunResult {
  const words = `${snapshot.branch} moved ${attempts} times while this run was working; the next run tries again.`;
  return { outcome: 'refused', plan: planned, snapshot, commits: [], words };
}

/** Problems of the run, with the refusal where there was one. */
export function problemsOf(result: RunResult): readonly Problem[] {
  if (result.outcome === 'failed') return [];
  if (result.outcome !== 'refused') return result.plan.problems;
  const message = `The remote refused the push: ${result.words}`;
  return [...result.plan.problems, { code: 'push-refused', message }];
}

function report(result: RunResult, ports: RunPorts, settings: RunSettings, started: number): void {
  const { repository } = settings;
  const ms = ports.now() - started;
  if (result.outcome === 'failed') {
    const { code, message } = result.failure;
    ports.listen({ kind: 'run-failed', repository, code, message });
    ports.listen({
      kind: 'run-finished',
      repository,
      outcome: 'failed',
      ms,
      problems: 0,
      policies: 0,
      bindings: 0,
      held: 0,
    });
    return;
  }
  const problems = problemsOf(result);
  for (const problem of problems) ports.listen({ kind: 'problem', repository, problem });
  const { rulings } = result.plan;
  const held = rulings.filter(
    (ruling) =>
      'decision' in ruling && ruling.decision.gates.length > 0 && wouldMove(ruling.decision, ruling.binding),
  ).length;
  ports.listen({
    kind: 'run-finished',
    repository,
    outcome:
      result.outcome === 'released' ? 'released' : result.outcome === 'refused' ? 'failed' : 'unchanged',
    ms,
    problems: problems.length,
    policies: new Set(rulings.map(({ binding }) => binding.policy.name)).size,
    bindings: rulings.length,
    held,
  });
}
