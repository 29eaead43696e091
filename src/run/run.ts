import { asFailure, Failure } from '../core/failure.ts';
import { compareProblems, type Problem } from '../core/problem.ts';
import type { Snapshot } from '../git/repository.ts';
import type { CommitId } from '../release/log.ts';
import { AcceptedPlan } from './fuse/accept.ts';
import { answerAges } from './ages/answer-ages.ts';
import type { BranchHistory } from './past/branch-history.ts';
import { FactsCache } from './prepare/facts-cache.ts';
import { OriginCache } from './past/field-origins.ts';
import type { WatchedSnapshot } from './past/watched-snapshot.ts';
import { KeptElections } from './kept-elections.ts';
import { fuseProblem, fuseReasons, type FuseReason } from './fuse/fuse.ts';
import { countReleases, type Pending } from './fuse/pending.ts';
import type { PlanId } from './fuse/plan-id.ts';
import { plan, withCommits, type PlanDraft, type RunPlan } from './plan.ts';
import type { RunPorts } from './ports.ts';
import { lostRace, Pusher, type Blocked } from './push.ts';
import type { Scans } from './scan.ts';
import { recallPlan, rememberPlan } from './fuse/shown-plans.ts';
import type { RunSettings } from './settings.ts';
import { sync, type SyncMemory, type Synced } from './sync.ts';
import { wouldMove } from './rule.ts';

/** What one process keeps between the runs of one repository. Losing it costs time, nothing else. */
export class RunMemory implements SyncMemory {
  readonly cache = new FactsCache();
  /** Who brought the values that stay. */
  readonly origins = new OriginCache();
  readonly elections = new KeptElections();
  prepared: Synced | undefined;
  blocked: Blocked | undefined;
}

export interface RunOptions {
  /** Plan only; nothing is committed. */
  readonly dryRun?: boolean;
  /** With `dryRun`: makes the commits of the first push only, for whoever shows no commits. Default: all. */
  readonly brief?: boolean;
  /** One run and no more, which then makes as many pushes as it takes: not the daemon's. */
  readonly once?: boolean;
  /** Releases this plan and no other, whatever the fuse says (product.md, 5). */
  readonly accept?: PlanId | undefined;
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
  /** The remote said no: the plan stands. `commits` were pushed before that. */
  | {
      readonly outcome: 'refused';
      readonly plan: RunPlan;
      readonly snapshot: Snapshot;
      readonly commits: readonly CommitId[];
      readonly words: string;
    }
  /** The fuse has blown, or another plan was accepted: a person is wanted. `commits` were pushed before that. */
  | {
      readonly outcome: 'stopped';
      readonly plan: RunPlan;
      readonly snapshot: Snapshot;
      readonly commits: readonly CommitId[];
      readonly problem: Problem;
    }
  | { readonly outcome: 'failed'; readonly failure: Failure };

const mostAttempts = 6;

/** One run, over all its attempts. */
interface Run {
  readonly ports: RunPorts;
  readonly settings: RunSettings;
  readonly memory: RunMemory;
  readonly options: RunOptions;
  readonly pusher: Pusher;
  readonly accepted: AcceptedPlan | undefined;
  /** What the run set out to release, before its first push. */
  whole?: Pending;
}

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
  const { signal, once = false } = options;
  const pusher = new Pusher(ports, { repository: settings.repository, memory, all: once, signal });
  const accepted = options.accept === undefined ? undefined : new AcceptedPlan(options.accept);
  const run: Run = { ports, settings, memory, options, pusher, accepted };
  try {
    for (let attempt = 1, scans: Scans | undefined; ; attempt++) {
      const before = pusher.commits.length;
      const made = await attemptOnce(run, scans, attempt);
      if ('outcome' in made) return made;
      scans = made.scans;
      // Of a plan of many pushes, one that arrived is no lost race.
      if (pusher.commits.length > before) attempt = 1;
      ports.listen({ kind: 'raced', repository: settings.repository, attempt });
      await ports.sleep(ports.random() * 100 * 2 ** attempt, signal);
    }
  } catch (error) {
    throw afterPushes(asFailure(error), pusher.commits.length);
  }
}

/** @returns the result, or after a lost race what was scanned */
async function attemptOnce(
  run: Run,
  scans: Scans | undefined,
  attempt: number,
): Promise<RunResult | { readonly scans: Scans }> {
  const { ports, settings, memory, options, pusher, accepted } = run;
  const { now, listen } = ports;
  const { snapshot, value, history, watched } = await sync(ports, settings, memory, options.signal);
  const { branch } = snapshot;
  const { once, signal } = options;
  const kept = memory.elections;
  const moved = new Set(pusher.planned.flatMap(({ releases }) => releases.map(({ policy }) => policy)));
  const known = { branch, history, watched, scans, kept, moved };
  const context = { settings, ports, now, listen, once, signal, ...known };
  const drafted = await plan(value, context);
  kept.turn();
  demandWhole(run, watched);
  if (pusher.commits.length === 0) run.whole = drafted.plan.pending;
  const verdict = await judge(drafted.plan.pending, run, snapshot, history);
  const judged = { composer: drafted.composer, plan: { ...drafted.plan, fuse: verdict.fuse } };
  if (options.dryRun === true || verdict.problem !== undefined) {
    return show(judged, verdict.problem, snapshot, run);
  }
  const pushed = await pusher.push(judged.composer, snapshot, (releases) => accepted?.released(releases));
  const { commits, planned, problems } = pusher;
  const lost = pushed.kind === 'raced' ? pushed.lost : [];
  const found = withCommits(
    { ...judged.plan, pending: run.whole ?? judged.plan.pending },
    { commits: [...planned, ...lost], problems },
  );
  if (pushed.kind === 'done') {
    return { outcome: commits.length > 0 ? 'released' : 'unchanged', plan: found, snapshot, commits };
  }
  if (pushed.kind === 'raced' && attempt < mostAttempts) return { scans: found.scans };
  const words =
    pushed.kind === 'raced'
      ? `${lostRace(branch, attempt, pushed.locked)}; the next run tries again.`
      : pushed.words;
  return { outcome: 'refused', plan: found, snapshot, commits, words };
}

/** What was cut off looks like a registry that fails, and the rest like all there is. Without its log it is the repository that failed, once, and not each image that would have moved. */
function demandWhole({ settings, options }: Run, { unread }: Pick<WatchedSnapshot, 'unread'>): void {
  if (options.signal?.aborted === true) throw wasStopped(settings.repository);
  if (unread !== undefined) throw unread.error;
}

function wasStopped(repository: string): Failure {
  const words = `the run of ${repository} was stopped before it knew what to release; the next one begins anew`;
  return new Failure('aborted', words);
}

/** Whether a person is wanted before anything is pushed, and why. */
async function judge(
  pending: Pending,
  { ports, settings, options, accepted, pusher }: Run,
  { branch }: Snapshot,
  history: BranchHistory,
): Promise<{ readonly fuse: readonly FuseReason[]; readonly problem?: Problem }> {
  if (accepted !== undefined && options.accept !== undefined) {
    if (accepted.admits(pending)) return { fuse: [] };
    const { repository } = settings;
    const shown = await recallPlan(ports.state, { repository, branch }, options.accept);
    return { fuse: [], problem: accepted.problem(pending, branch, settings, shown) };
  }
  const pushed = countReleases(pusher.planned.map(({ releases }) => releases));
  const fuse = await fuseReasons(pending, settings, history, pushed);
  if (fuse.length === 0 || options.dryRun === true) return { fuse };
  return { fuse, problem: fuseProblem(fuse, pending, branch, settings, pushed.releases) };
}

/** The plan as a value, and nothing is pushed. A daemon shows it to nobody: it spares the work. */
async function show(
  { plan: found, composer }: PlanDraft,
  problem: Problem | undefined,
  snapshot: Snapshot,
  { ports, settings, options, pusher }: Run,
): Promise<RunResult> {
  const { dryRun = false, once = false, brief = false } = options;
  const { repository } = settings;
  await rememberPlan(ports.state, { repository, branch: snapshot.branch }, found.pending);
  const nothing = { commits: [], problems: [] };
  const shown = dryRun || once ? await (brief ? composer.next() : composer.show()) : nothing;
  const whole = withCommits(found, { ...shown, commits: [...pusher.planned, ...shown.commits] });
  const { commits } = pusher;
  if (problem !== undefined) return { outcome: 'stopped', plan: whole, snapshot, commits, problem };
  return { outcome: whole.commits.length > 0 ? 'planned' : 'unchanged', plan: whole, snapshot, commits: [] };
}

/** What was pushed stays pushed, whatever happens after it. */
function afterPushes(failure: Failure, commits: number): Failure {
  if (commits === 0) return failure;
  const { code, message, host, file, line, column, retryable, retryAfter } = failure;
  const said = `${commits} commits were pushed before this failed: ${message}`;
  const detail = { host, file, line, column, retryable, retryAfter };
  const known = Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== undefined));
  return new Failure(code, said, { ...known, cause: failure });
}

/** Problems of the run, with what stopped or refused it. */
export function problemsOf(result: RunResult): readonly Problem[] {
  if (result.outcome === 'failed') return [];
  const { problems } = result.plan;
  if (result.outcome === 'stopped') return [...problems, result.problem].sort(compareProblems);
  if (result.outcome !== 'refused') return problems;
  const message = `The remote refused the push: ${result.words}`;
  return [...problems, { code: 'push-refused', message }];
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
    outcome: outcomes[result.outcome],
    ms,
    problems: problems.length,
    policies: new Set(rulings.map(({ binding }) => binding.policy.name)).size,
    bindings: rulings.length,
    held,
  });
}

const outcomes = {
  released: 'released',
  refused: 'failed',
  stopped: 'stopped',
  unchanged: 'unchanged',
  planned: 'unchanged',
} as const;
