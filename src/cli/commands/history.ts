import { Failure } from '../../core/failure.ts';
import { parseDuration } from '../../core/duration.ts';
import { didYouMean } from '../../core/nearest.ts';
import { filterReleases } from '../../release/history.ts';
import { intents, type Intent, type LoggedRelease } from '../../release/model.ts';
import { releaseLog } from '../../run/release-log.ts';
import type { Answer } from '../answer.ts';
import { clean } from '../clean.ts';
import type { CliContext } from '../context.ts';
import { withSession, type ConfigOptions } from '../session.ts';
import { table } from '../table.ts';

export interface HistoryOptions extends ConfigOptions {
  readonly policy: string | undefined;
  readonly service: string | undefined;
  readonly image: string | undefined;
  readonly environment: string | undefined;
  readonly path: string | undefined;
  /** A date, or how long ago (`7d`). */
  readonly since: string | undefined;
  readonly intent: string | undefined;
  readonly limit: number;
}

interface NamedRelease extends LoggedRelease {
  readonly repository: string;
}

/** `tallyman history`: releases from git history; git alone is asked. */
export async function historyCommand(options: HistoryOptions, context: CliContext): Promise<Answer> {
  const query = {
    policy: options.policy,
    service: options.service,
    image: options.image,
    environment: options.environment,
    path: options.path,
    since: options.since === undefined ? undefined : parseSince(options.since, context.now()),
    intent: options.intent === undefined ? undefined : parseIntent(options.intent),
  };
  const releases = await withSession(options, context, async ({ repositories }) => {
    const all: NamedRelease[] = [];
    for (const { settings, ports } of repositories) {
      const log = await releaseLog(ports.repository, context.now() - settings.horizon);
      const wanted = filterReleases(log, query);
      all.push(...wanted.map((release) => ({ ...release, repository: settings.repository })));
    }
    return all.sort((a, b) => b.commit.committedAt - a.commit.committedAt);
  });
  const shown = releases.slice(0, options.limit);
  const rest = releases.length - shown.length;
  return {
    exit: 0,
    json: { releases: releases.map(releaseJson) },
    text: () =>
      (table(head, shown.map(row)) || 'No release is recorded here.\n') +
      (rest > 0 ? `... ${rest} older; --limit ${releases.length} shows all\n` : ''),
  };
}

const head = ['WHEN', 'POLICY', 'ENV', 'FROM', 'TO', 'INTENT', 'COMMIT', 'BY', 'FIELD'];

function row({ commit, record }: NamedRelease): string[] {
  const when = `${new Date(commit.committedAt).toISOString().slice(0, 16).replace('T', ' ')}Z`;
  const { policy, env, from, to, intent, field } = record;
  return [
    when,
    policy,
    env || '-',
    from || '-',
    to,
    intent,
    commit.id.slice(0, 10),
    commit.author.name,
    field,
  ].map(clean);
}

function releaseJson({ repository, commit, record }: NamedRelease): Readonly<Record<string, unknown>> {
  const { id, author, committer, committedAt } = commit;
  return { repository, commit: id, at: new Date(committedAt).toISOString(), author, committer, ...record };
}

function parseSince(text: string, now: number): number {
  const ago = parseDuration(text);
  const time = ago === undefined ? Date.parse(text) : now - ago;
  if (!Number.isNaN(time)) return time;
  throw new Failure(
    'usage',
    `--since "${text}" is no date and no duration; expected such as 2026-11-01 or 7d.`,
  );
}

function parseIntent(text: string): Intent {
  const intent = intents.find((known) => known === text);
  if (intent !== undefined) return intent;
  const hint = didYouMean(text, intents) || `; known are ${intents.join(', ')}`;
  throw new Failure('usage', `--intent "${text}" is unknown${hint}.`);
}
