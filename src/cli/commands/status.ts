import type { EnvironmentConfig } from '../../config/model.ts';
import { formatPlace } from '../../core/position.ts';
import { compareText } from '../../core/problem.ts';
import type { FieldFact } from '../../fields/model.ts';
import type { Decision, DroppedTag } from '../../policy/election/decision.ts';
import type { Release } from '../../release/model.ts';
import { serviceName } from '../../release/history.ts';
import { mapLimited } from '../../run/concurrency.ts';
import { describeFuse } from '../../run/fuse/fuse.ts';
import { environments } from '../../run/prepare/environments.ts';
import type { BranchHistory } from '../../run/past/branch-history.ts';
import { recordHolds } from '../../run/past/record-holds.ts';
import { releaseLog } from '../../run/past/release-log.ts';
import { wouldMove, type Ruling } from '../../run/rule.ts';
import { RunMemory, runRepository } from '../../run/run.ts';
import { worstExit, type Answer } from '../answer.ts';
import { cleanMessage } from '../clean.ts';
import type { CliContext } from '../context.ts';
import { problemLines } from '../problems.ts';
import {
  allProblems,
  failuresOf,
  nameResult,
  resultExits,
  resultJson,
  type NamedResult,
} from '../results.ts';
import { withSession, type ConfigOptions } from '../session.ts';
import type { Style } from '../style.ts';
import { table } from '../table.ts';
import type { SessionRepository } from '../wiring.ts';

interface Row {
  readonly repository: string;
  readonly service: string;
  readonly environment: string;
  readonly policy: string;
  readonly field: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Of a digest that stands alone, as its release record tells; `null` where none does. */
  readonly tag: string | null;
  readonly digest: string | null;
  /** What would be released, else the best that passes the policy and is kept back; `null` where there is nothing newer. */
  readonly newer: string | null;
  /** When it came to the branch, RFC 3339, where the field was ever released. */
  readonly since: string | null;
  /** Why `newer` is not released yet; empty where there is nothing newer. */
  readonly because: string;
}

/** `tallyman status`: what each service holds in each environment, what is newer, since when, and why not released. */
export async function statusCommand(options: ConfigOptions, context: CliContext): Promise<Answer> {
  const { results, rows, failed } = await withSession(options, context, async (session, config) => {
    const parts = await mapLimited(session.repositories, config.concurrency, (one) =>
      look(one, context.now()),
    );
    return {
      results: parts.map(({ result }) => result),
      rows: parts.flatMap((part) => part.rows).sort(byService(config.environments)),
      failed: new Set(parts.flatMap((part) => part.failed)),
    };
  });
  return {
    exit: worstExit(resultExits(results, 'problems')),
    json: { services: rows, repositories: results.map(withoutCommits), problems: allProblems(results) },
    text: (style) =>
      (tableOf(
        rows.map((row) => (failed.has(row) ? { ...row, because: 'no election, see below' } : row)),
        results.length > 1,
      ) || nothing(results)) +
      results.map((result) => fuseLine(result, style)).join('') +
      failuresOf(results)
        .map(
          ({ repository, failure }) =>
            `${style.red('error')}: ${repository}: ${cleanMessage(failure.message)}\n`,
        )
        .join('') +
      problemLines(allProblems(results), style),
  };
}

/** Of a repository that could not be read nobody can say so. */
function nothing(results: readonly NamedResult[]): string {
  return failuresOf(results).length > 0 ? '' : 'No policy binds an image field here.\n';
}

/** What a person can do about it. */
function fuseLine({ repository, result, accept, look }: NamedResult, style: Style): string {
  if (result.outcome === 'failed' || result.plan.fuse.length === 0 || accept === undefined) return '';
  const { fuse, pending } = result.plan;
  return (
    `${style.yellow('fuse')}: ${repository}: plan ${pending.id ?? ''} waits for a person, as ${describeFuse(fuse)}.\n` +
    `  Look at it with "${look}"; to release it: ${accept}\n`
  );
}

const head = ['SERVICE', 'ENV', 'HOLDS', 'SINCE', 'NEWER', 'BECAUSE', 'FIELD'];

/** @param several whether a place alone does not tell which repository it is in */
function tableOf(rows: readonly Row[], several: boolean): string {
  if (!several) return table(head, rows.map(cells));
  return table(
    [...head, 'REPOSITORY'],
    rows.map((row) => [...cells(row), row.repository]),
  );
}

function cells(row: Row): string[] {
  const since = row.since === null ? '-' : row.since.slice(0, 10);
  const place = formatPlace(row);
  return [
    row.service,
    row.environment || '-',
    row.tag ?? row.digest?.slice(0, 19) ?? '-',
    since,
    row.newer ?? '-',
    row.because || '-',
    place,
  ];
}

interface Looked {
  readonly result: NamedResult;
  readonly rows: readonly Row[];
  /** Those for which nothing could be elected: a problem tells why. */
  readonly failed: readonly Row[];
}

async function look(one: SessionRepository, now: number): Promise<Looked> {
  const { settings, ports, config } = one;
  const memory = new RunMemory();
  const result = await runRepository(ports, settings, memory, {
    dryRun: true,
    brief: true,
    once: true,
  });
  const named = nameResult(settings, config.branch, result);
  if (result.outcome === 'failed') return { result: named, rows: [], failed: [] };
  const released = Map.groupBy(
    await releaseLog(ports.repository, now - settings.horizon),
    ({ record }) => record.field,
  );
  const { stops, fuse, pending, rulings } = result.plan;
  const environmentOf = environments(
    settings.environments,
    rulings.map(({ binding }) => binding),
  );
  const blown = fuse.length === 0 ? undefined : `fuse: plan ${pending.id ?? ''} waits for a person`;
  const planned = new Set(pending.changes.map(({ field, policy }) => pairOf(field, policy)));
  const reading = rulings.map(async (ruling) => {
    const { group } = ruling.binding.policy;
    const stop = (group === undefined ? undefined : stops.get(group)?.because) ?? blown;
    const environment = environmentOf(ruling.binding.file)?.name ?? '';
    const releases = released.get(ruling.binding.key) ?? [];
    const since = await sinceWhen(ruling, releases, memory.prepared?.history);
    const isPlanned = planned.has(pairOf(ruling.binding.key, ruling.binding.policy.name));
    return toRow(ruling, settings.repository, environment, { releases, since, stop, isPlanned });
  });
  const rows = await Promise.all(reading);
  const failed = rows.filter((_, at) => isUndecided(rulings[at]));
  return { result: named, rows, failed };
}

function isUndecided(ruling: Ruling | undefined): boolean {
  if (ruling === undefined || 'failure' in ruling) return ruling !== undefined;
  return ruling.decision.failed !== undefined && ruling.decision.gates.length === 0;
}

function pairOf(field: string, policy: string): string {
  return JSON.stringify([field, policy]);
}

/** By the newest release; where somebody moved the field since then, by the commit that brought what it holds. */
async function sinceWhen(
  { binding }: Ruling,
  releases: readonly Release[],
  history: BranchHistory | undefined,
): Promise<number | undefined> {
  const newest = releases.find(({ record: { intent } }) => intent !== 'hold' && intent !== 'lift');
  if (newest === undefined) return undefined;
  if (recordHolds(newest.record, binding.field)) return newest.landed.committedAt;
  return (await history?.origins.of(binding))?.committedAt;
}

function toRow(
  ruling: Ruling,
  repository: string,
  environment: string,
  told: {
    /** Of the field, the newest first. */
    readonly releases: readonly Release[];
    readonly since: number | undefined;
    /** What stops the run. */
    readonly stop: string | undefined;
    /** Whether its new value can be written. */
    readonly isPlanned: boolean;
  },
): Row {
  const { policy, place, key, field } = ruling.binding;
  const decision = 'decision' in ruling ? ruling.decision : undefined;
  const moves = decision !== undefined && wouldMove(decision, ruling.binding);
  const kept = decision === undefined || moves ? undefined : decision.keptBack;
  const { releases, since, stop, isPlanned } = told;
  const version = releases.find(({ record }) => recordHolds(record, field))?.record.to ?? '';
  return {
    repository,
    service: policy.service ?? serviceName(policy.name, environment),
    environment,
    policy: policy.name,
    field: key,
    ...place,
    tag: field.tag ?? (version === '' ? null : version),
    digest: field.digest ?? null,
    newer: moves ? decision.elected : (kept?.tag ?? null),
    since: since === undefined ? null : new Date(since).toISOString(),
    because:
      because(ruling, kept) ??
      (moves ? (stop ?? (isPlanned ? nextRun(decision, field) : notEdited(policy))) : ''),
  };
}

function nextRun({ elected }: Decision, { tag }: FieldFact): string {
  return elected === tag ? 'the next run writes its digest' : 'the next run releases it';
}

/** A problem tells the reason. */
function notEdited({ group }: Ruling['binding']['policy']): string {
  return group === undefined
    ? 'it cannot be edited, see the problems'
    : `a field of the group ${group} cannot be edited, see the problems`;
}

function because(ruling: Ruling, kept: DroppedTag | undefined): string | undefined {
  if ('failure' in ruling) return ruling.failure.message;
  const { failed, gates } = ruling.decision;
  const [gate] = gates;
  if (gate !== undefined) return `${gate.gate}: ${gate.detail}`;
  if (failed !== undefined) return failed;
  return kept === undefined ? undefined : `${kept.rule}: ${kept.detail}`;
}

/** By service, then in the order of the environments, whichever repositories these are in, then by field. */
function byService(environments: readonly EnvironmentConfig[]): (a: Row, b: Row) => number {
  const orders = new Map(environments.map(({ name, order }) => [name, order]));
  const last = Number.MAX_SAFE_INTEGER;
  return (a, b) =>
    compareText(a.service, b.service) ||
    (orders.get(a.environment) ?? last) - (orders.get(b.environment) ?? last) ||
    compareText(a.repository, b.repository) ||
    compareText(a.field, b.field);
}

function withoutCommits(result: NamedResult): Readonly<Record<string, unknown>> {
  const { commits: _commits, problems: _problems, ...rest } = resultJson(result);
  return rest;
}
