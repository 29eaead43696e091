import { compareProblems, type Problem } from '../core/problem.ts';
import type { Repository } from '../image/reference.ts';
import type { BranchHistory } from './past/branch-history.ts';
import type { WatchedSnapshot } from './past/watched-snapshot.ts';
import type { PlannedCommit } from './edits/compose.ts';
import { Composer } from './edits/composer.ts';
import { environments } from './prepare/environments.ts';
import type { RunListener } from './events.ts';
import type { KeptElections } from './kept-elections.ts';
import { unmetGuardrails, waitingForAges } from './guardrail-problems.ts';
import type { FuseReason } from './fuse/fuse.ts';
import { failedElections, groupMoves, movedTags, rivalries, type GroupStop } from './edits/moves.ts';
import { pendingOf, type Pending } from './fuse/pending.ts';
import { planGroups } from './edits/plan-edits.ts';
import type { RunPorts, ScanPorts } from './ports.ts';
import type { Prepared } from './prepare/prepare.ts';
import { Promotions, type Source } from './promotion/promotion.ts';
import { Ruler, type Ruling } from './rule.ts';
import { scanImages, type Scan, type Scans } from './scan.ts';
import type { RunSettings } from './settings.ts';
import { registryProblem } from './edits/sources.ts';

/** What a run would do, as a value that can be printed (architecture.md, idea 4). */
export interface RunPlan {
  /** Those that were made, or that are shown; `pending` tells of all. */
  readonly commits: readonly PlannedCommit[];
  readonly pending: Pending;
  /** What wants a person before a run pushes anything; empty: nothing, or it was accepted. */
  readonly fuse: readonly FuseReason[];
  readonly rulings: readonly Ruling[];
  readonly stops: ReadonlyMap<string, GroupStop>;
  readonly problems: readonly Problem[];
  readonly scans: Scans;
}

export interface PlanContext {
  readonly settings: RunSettings;
  readonly ports: ScanPorts & Pick<RunPorts, 'neighbour'>;
  readonly branch: string;
  /** `undefined` where there is none to read (`--dir`). */
  readonly history: BranchHistory | undefined;
  /** What it reads from. */
  readonly watched?: Pick<WatchedSnapshot, 'failedWith'> | undefined;
  readonly now: () => number;
  /** What runs before this one elected. Default: nothing. */
  readonly kept?: KeptElections | undefined;
  readonly listen: RunListener;
  /** Lists of this cycle, if there are any: a recomputation after a race does not ask again. */
  readonly scans?: Scans | undefined;
  /** One run and no more: nothing that must be waited for will be seen by it. */
  readonly once?: boolean | undefined;
  /** Policies that this run has moved and pushed before. Default none. */
  readonly moved?: ReadonlySet<string> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A plan whose commits are still to be made. */
export interface PlanDraft {
  readonly plan: RunPlan;
  readonly composer: Composer;
}

/** scan -> decide -> plan, over a tree that was read before. */
export async function plan(prepared: Prepared, context: PlanContext): Promise<PlanDraft> {
  const scans = await scanWanted(prepared, context);
  const environmentOf = environments(context.settings.environments, prepared.bindings);
  const now = context.now();
  const { history, ports, signal, moved = new Set() } = context;
  const elsewhere = ports.neighbour && askedOnce(ports.neighbour, signal);
  const ruler = new Ruler({
    ...context,
    scans,
    now,
    promotions: new Promotions({
      here: { value: prepared, history },
      elsewhere,
      moved,
      now,
      self: context.settings.repository,
    }),
    concurrency: context.settings.scanConcurrency,
    environmentOf,
  });
  const rulings = await ruler.ruleAll(prepared.bindings);
  const { groups, stops } = groupMoves(rulings);
  const planned = await planGroups(groups, prepared.tree);
  const { settings, branch } = context;
  const composing = { branch, environmentOf, template: settings.template, ruler };
  const problems = [
    ...prepared.problems,
    ...planned.problems,
    ...movedTags(rulings),
    ...rivalries(rulings),
    ...untold(failedElections(rulings), prepared.problems),
    ...unmetGuardrails(prepared.bindings, environmentOf),
    ...(context.once === true ? await waitingForAges(prepared.bindings, environmentOf, ruler) : []),
    ...failedRulings(rulings, context.watched),
  ];
  const where = { repository: settings.repository, branch };
  const pending = await pendingOf(planned.groups, where, environmentOf);
  return {
    plan: { commits: [], pending, fuse: [], rulings, stops, problems: problems.sort(compareProblems), scans },
    composer: new Composer(planned.groups, planned.texts, {
      ...composing,
      concurrency: settings.scanConcurrency,
    }),
  };
}

/** All that take from one repository take from the same commit of it. */
function askedOnce(
  neighbour: NonNullable<RunPorts['neighbour']>,
  signal: AbortSignal | undefined,
): (name: string) => Promise<Source | undefined> {
  const sources = new Map<string, Promise<Source | undefined>>();
  return async (name) => {
    const source = sources.get(name) ?? neighbour(name, signal);
    sources.set(name, source);
    return source;
  };
}

/** The plan with more commits, and the problems of making them. */
export function withCommits(
  planned: RunPlan,
  made: { readonly commits: readonly PlannedCommit[]; readonly problems: readonly Problem[] },
): RunPlan {
  return {
    ...planned,
    commits: [...planned.commits, ...made.commits],
    problems: [...planned.problems, ...made.problems].sort(compareProblems),
  };
}

/** Lists what was not listed in this cycle yet: a recomputation after a race asks only for what is new. */
async function scanWanted(prepared: Prepared, context: PlanContext): Promise<Scans> {
  const wanted = new Set(prepared.bindings.map(({ policy }) => policy.image.repository));
  const known = context.scans ?? new Map<Repository, Scan>();
  const missing = [...wanted].filter((image) => !known.has(image));
  const { ports, settings, now, listen, signal } = context;
  const options = { concurrency: settings.scanConcurrency, now, listen, signal };
  const scans = new Map([...known, ...(await scanImages(missing, ports, options))]);
  const lists = context.kept?.lists;
  if (lists === undefined) return scans;
  for (const [image, scan] of scans)
    if ('tags' in scan) scans.set(image, { tags: lists.share(image, scan.tags) });
  return scans;
}

/** What is wrong with a policy as it is written is told once. */
function untold(problems: readonly Problem[], told: readonly Problem[]): readonly Problem[] {
  const keys = new Set(told.map(({ code, policy }) => `${code} ${policy ?? ''}`));
  return problems.filter(({ code, policy }) => !keys.has(`${code} ${policy ?? ''}`));
}

/** One problem for each policy whose image, or the past of whose fields, could not be read, at the policy's place. */
function failedRulings(rulings: readonly Ruling[], watched: PlanContext['watched']): Problem[] {
  const problems = new Map<string, Problem>();
  for (const ruling of rulings) {
    if (!('failure' in ruling)) continue;
    const { policy } = ruling.binding;
    const problem = registryProblem(policy.name, ruling.failure);
    const code = watched?.failedWith(ruling.failure) === true ? 'repository-failed' : problem.code;
    problems.set(policy.name, { ...policy.place, ...problem, code });
  }
  return [...problems.values()];
}
