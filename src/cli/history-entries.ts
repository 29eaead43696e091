import { Failure } from '../core/failure.ts';
import type { ConfigRepository, Snapshot } from '../git/repository.ts';
import { compareLink } from '../release/compare-link.ts';
import { environmentNames } from '../release/environment-name.ts';
import { releaseFilter, serviceOf, type HistoryQuery } from '../release/history.ts';
import type { LoggedCommit } from '../release/log.ts';
import type { Doubt, Release, ReleaseRecord } from '../release/model.ts';
import type { OtherTool } from '../release/other-tools.ts';
import { FactsCache } from '../run/prepare/facts-cache.ts';
import { prepare } from '../run/prepare/prepare.ts';
import { landingOf, readReleaseLog, type ReleaseLog } from '../run/past/release-log.ts';
import type { RunSettings } from '../run/settings.ts';

export interface HistoryRequest {
  readonly query: HistoryQuery;
  /** Milliseconds since the epoch, by when a release came to the branch; both count. */
  readonly since: number | undefined;
  readonly until: number | undefined;
  readonly now: number;
  /** Older releases than so many need not be read. */
  readonly most: number;
  /** Whether services are asked for by name: then the policies of the branch are read. */
  readonly services: boolean;
}

/** One release, by Tallyman or by another tool. */
export interface HistoryEntry extends Release {
  readonly repository: string;
  readonly tool: 'tallyman' | OtherTool;
  readonly service: string;
  /** Where a person sees what changed in the image's code. */
  readonly link: string | undefined;
}

/** What does not count, and why. */
export interface IgnoredEntry {
  readonly repository: string;
  readonly commit: LoggedCommit;
  /** Absent where the line could not be read. */
  readonly record?: ReleaseRecord;
  readonly because: Doubt | 'unreadable';
  /** Lines of the message that this is about. */
  readonly lines: number;
}

export interface LookedBack {
  /** Newest first. */
  readonly entries: readonly HistoryEntry[];
  readonly ignored: readonly IgnoredEntry[];
  /** Names that could have been asked for. */
  readonly policies: ReadonlySet<string>;
  readonly environments: ReadonlySet<string>;
  /** Older records that were not looked at. */
  readonly rest: number;
  /** How far back was read. */
  readonly since: number;
}

/** Reads the releases of one repository that are asked for. @throws Failure `usage` for a path that is none */
export async function lookBack(
  repository: ConfigRepository,
  settings: RunSettings,
  request: HistoryRequest,
): Promise<LookedBack> {
  const snapshot = await repository.sync();
  const since = Math.min(request.now - settings.horizon, request.since ?? Infinity);
  const present = request.services ? await readPolicies(snapshot, settings) : undefined;
  const services = present?.services ?? new Map<string, string>();
  const wanted = filterOf(request, services);
  const found = await readReleaseLog(snapshot, { since, wanted, most: request.most });
  const { claims, others } = found.log;
  const policies = new Set([
    ...claims.map(({ record }) => record.policy),
    ...others.map(({ change }) => change.name),
  ]);
  policies.delete('');
  const asked = request.query.policy;
  // Files are only read for it where the log does not know the name.
  if (asked !== undefined && !policies.has(asked)) {
    const { names } = present ?? (await readPolicies(snapshot, settings));
    for (const name of names) policies.add(name);
  }
  const named = { repository: settings.repository };
  return {
    entries: [...ownOf(found), ...othersOf(found).filter(wanted)].map((entry) => ({
      ...entry,
      ...named,
      service: serviceOf(entry.record, services),
    })),
    ignored: ignoredOf(found).map((entry) => ({ ...entry, ...named })),
    policies,
    environments: new Set([
      ...settings.environments.map(({ name }) => name),
      ...claims.flatMap(({ record: { env } }) => [...environmentNames(env), ...(env === '' ? [] : [env])]),
    ]),
    rest: found.rest,
    since,
  };
}

async function readPolicies(
  { tree }: Snapshot,
  settings: RunSettings,
): Promise<{ readonly names: readonly string[]; readonly services: ReadonlyMap<string, string> }> {
  const { policies } = await prepare(tree, settings, new FactsCache());
  return {
    names: policies.map(({ name }) => name),
    services: new Map(
      policies.flatMap(({ name, service }) => (service === undefined ? [] : [[name, service]])),
    ),
  };
}

function ignoredOf({ log, doubted }: ReleaseLog): Omit<IgnoredEntry, 'repository'>[] {
  return [
    ...doubted.map(({ commit, record, doubt }) => ({ commit, record, because: doubt, lines: 1 })),
    ...log.unreadable.map(({ commit, lines }) => ({ commit, because: 'unreadable' as const, lines })),
  ];
}

type Wanted = (release: Release) => boolean;

function filterOf({ query, since, until }: HistoryRequest, services: ReadonlyMap<string, string>): Wanted {
  const filter = releaseFilter(query, services);
  if (typeof filter !== 'function')
    throw new Failure('usage', `--path "${query.path ?? ''}" is no path and no glob: ${filter.error}.`);
  return ({ record, landed }) =>
    landed.committedAt >= (since ?? -Infinity) && landed.committedAt <= (until ?? Infinity) && filter(record);
}

type Told = Omit<HistoryEntry, 'repository' | 'service'>;

/** Records that know no old revision take it from what another record tells of the old version. */
function ownOf({ releases, log }: ReleaseLog): Told[] {
  const revisionOf = knownRevisions(log.claims.map(({ record }) => record));
  return releases.map((release) => {
    const { image, from, fromDigest, source, revision } = release.record;
    const fromRevision = release.record.fromRevision ?? revisionOf(image, from, fromDigest);
    const record = fromRevision === undefined ? release.record : { ...release.record, fromRevision };
    return { ...release, record, link: compareLink(source, fromRevision, revision), tool: 'tallyman' };
  });
}

/** The revision that a version of an image was built from. Of a tag that moves it is only known for a digest. */
function knownRevisions(
  records: readonly ReleaseRecord[],
): (image: string, tag: string, digest: string) => string | undefined {
  const known = new Map<string, string>();
  const note = (version: readonly string[], revision = ''): void => {
    const key = JSON.stringify(version);
    const other = known.get(key) ?? revision;
    if (revision !== '') known.set(key, other === revision ? revision : '');
  };
  for (const { image, from, fromDigest, fromRevision, to, digest, revision } of records) {
    note([image, to, digest], revision);
    note([image, from, fromDigest], fromRevision);
    // A field without a digest held whatever the tag was then.
    if (digest !== '') note([image, to, ''], revision);
    if (fromDigest !== '') note([image, from, ''], fromRevision);
  }
  return (...version) => {
    const revision = known.get(JSON.stringify(version));
    return revision === '' ? undefined : revision;
  };
}

/** What other tools' commits say. There is no field to compare: it is shown as it is told, and plays no part in any decision. */
function othersOf({ log }: ReleaseLog): Told[] {
  return log.others.map(({ commit, change }) => {
    const { tool, name, file, ...step } = change;
    const record: ReleaseRecord = {
      branch: log.branch,
      env: '',
      policy: name,
      field: file,
      ...step,
      revision: '',
      intent: 'update',
    };
    return { tool, commit, landed: landingOf({ commit }, log), record, link: undefined };
  });
}
