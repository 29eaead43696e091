import { doubts, type ReleaseRecord } from '../release/model.ts';
import type { NotedRelease } from '../release/notes.ts';
import { clean } from './clean.ts';
import type { HistoryEntry, IgnoredEntry } from './history-entries.ts';
import { table } from './table.ts';

interface TableOptions {
  readonly limit: number;
  /** Whether there are several repositories. */
  readonly several: boolean;
  /** Older records that were not looked at. */
  readonly rest: number;
  /** Whether only some were asked for. */
  readonly narrowed: boolean;
}

/** The newest `limit` releases, and how many there are more. */
export function entryTable(
  entries: readonly HistoryEntry[],
  { limit, several, rest, narrowed }: TableOptions,
): string {
  const head = ['WHEN', 'POLICY', 'ENV', 'FROM', 'TO', 'INTENT', 'COMMIT', 'BY', 'FIELD'];
  const rows = entries
    .slice(0, limit)
    .map((entry) => [...(several ? [entry.repository] : []), ...row(entry)]);
  const more = entries.length - rows.length + rest;
  const all = entries.length + rest;
  // What was not looked at may not count.
  const older = more === 0 ? '' : `... ${rest > 0 ? 'up to ' : ''}${more} older; --limit ${all} shows all\n`;
  const fitting = narrowed
    ? 'No release that was asked for is recorded here.\n'
    : 'No release is recorded here.\n';
  const none = older === '' ? fitting : '';
  return (table(several ? ['REPOSITORY', ...head] : head, rows) || none) + older;
}

export function ignoredTable(entries: readonly IgnoredEntry[]): string {
  if (entries.length === 0) return '\nEvery record counts.\n';
  const rows = entries.map(({ commit, record, because, lines }) => [
    commit.id.slice(0, 10),
    record?.policy ?? '-',
    record?.to ?? '-',
    record === undefined ? `${lines} line${lines === 1 ? '' : 's'}: ${because}` : because,
    record?.field ?? '-',
  ]);
  const reasons = [...new Set(entries.map(({ because }) => because))].sort();
  const shown = table(['COMMIT', 'POLICY', 'TO', 'BECAUSE', 'FIELD'], rows);
  const legend = reasons.map((because) => `${because}: ${meanings[because]}\n`).join('');
  return `\nRecords that do not count:\n${shown}\n${legend}`;
}

export function entryJson({
  repository,
  tool,
  commit,
  landed,
  record,
  link,
}: HistoryEntry): Readonly<Record<string, unknown>> {
  const { id, author, committer } = commit;
  const { branch, env, policy, field, image, from, fromDigest, to, digest, revision, intent } = record;
  return {
    repository,
    commit: id,
    at: new Date(landed.committedAt).toISOString(),
    author,
    committer,
    branch,
    env,
    policy,
    field,
    image,
    from,
    fromDigest,
    to,
    digest,
    revision,
    intent,
    source: tool,
    landed: landed.id,
    fromRevision: record.fromRevision ?? '',
    sourceUrl: record.source ?? null,
    link: link ?? null,
  };
}

export function ignoredJson(entry: IgnoredEntry): Readonly<Record<string, unknown>> {
  const { repository, commit, record, because, lines } = entry;
  const { policy = null, field = null, to = null } = record ?? {};
  return { repository, commit: commit.id, because, detail: meanings[because], lines, policy, field, to };
}

export function entryNotes({ commit, landed, record, service, link }: HistoryEntry): NotedRelease {
  return {
    service: service || 'unknown',
    environment: record.env,
    image: record.image,
    from: shown(record.from, record.fromDigest, record),
    to: shown(record.to, record.digest, record),
    at: landed.committedAt,
    by: commit.author.name,
    commit: commit.id,
    intent: record.intent,
    link,
    source: record.source,
    fromRevision: record.fromRevision,
    revision: record.revision,
  };
}

const meanings = {
  ...doubts,
  unreadable: 'the line begins as a record and cannot be read, or is over the bounds',
} as const;

function row({ tool, commit, landed, record }: HistoryEntry): string[] {
  const when = `${new Date(landed.committedAt).toISOString().slice(0, 16).replace('T', ' ')}Z`;
  return [
    when,
    record.policy || '-',
    record.env || '-',
    shown(record.from, record.fromDigest, record) || '-',
    shown(record.to, record.digest, record) || '-',
    tool === 'tallyman' ? record.intent : tool,
    commit.id.slice(0, 10),
    commit.author.name,
    record.field || record.image || '-',
  ].map(clean);
}

/** Where the tag stays, the digest tells the two apart; where there is none, it is the value. */
function shown(tag: string, digest: string, { from, to }: ReleaseRecord): string {
  const short = digest.replace(/^(\w+:[0-9a-f]{12}).*$/, '$1');
  if (tag === '') return short;
  return from === to && short !== '' ? `${tag}@${short}` : tag;
}
