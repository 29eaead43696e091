import { Failure } from '../../core/failure.ts';
import { didYouMean } from '../../core/nearest.ts';
import { intents, type Intent } from '../../release/model.ts';
import { renderNotes } from '../../release/notes.ts';
import type { Answer } from '../answer.ts';
import type { CliContext } from '../context.ts';
import { withCheckout } from '../checkout.ts';
import { lookBack, type HistoryRequest, type LookedBack } from '../history-entries.ts';
import { entryJson, entryNotes, entryTable, ignoredJson, ignoredTable } from '../history-text.ts';
import { withSession, type ConfigOptions } from '../session.ts';
import { parseTime } from '../times.ts';

export interface HistoryOptions extends ConfigOptions {
  readonly policy: string | undefined;
  readonly service: string | undefined;
  readonly image: string | undefined;
  readonly environment: string | undefined;
  /** A file, a folder, or a glob. */
  readonly path: string | undefined;
  /** A date, or how long ago (`7d`). */
  readonly since: string | undefined;
  readonly until: string | undefined;
  readonly intent: string | undefined;
  readonly limit: number;
  readonly format: 'table' | 'notes';
  /** Tell of records that do not count as well. */
  readonly ignored: boolean;
  /** Not only the newest, of which a table shows `limit`: all that is asked for. */
  readonly all: boolean;
  /** A local checkout instead of the configured repositories, and the branch that it is of. */
  readonly dir: string | undefined;
  readonly branch: string | undefined;
}

/** `tallyman history`: releases from git history; git alone is asked. */
export async function historyCommand(options: HistoryOptions, context: CliContext): Promise<Answer> {
  const request = readRequest(options, context.now());
  const { parts, notes } = await lookEverywhere(options, request, context);
  refuseUnknown('policy', options.policy, parts, ({ policies }) => policies);
  refuseUnknown('environment', options.environment, parts, ({ environments }) => environments);
  const entries = parts
    .flatMap((part) => part.entries)
    .sort((a, b) => b.landed.committedAt - a.landed.committedAt);
  const rest = parts.reduce((sum, part) => sum + part.rest, 0);
  const ignored = parts.flatMap((part) => part.ignored);
  const markdown =
    options.format === 'notes' ? renderNotes(entries.map(entryNotes), spanOf(request)) : undefined;
  return {
    exit: 0,
    json: {
      releases: entries.map(entryJson),
      ...(markdown === undefined ? {} : { notes: markdown }),
      ...(options.ignored ? { ignored: ignored.map(ignoredJson) } : {}),
    },
    text: () =>
      markdown ??
      entryTable(entries, {
        limit: options.limit,
        several: parts.length > 1,
        rest,
        narrowed: isNarrowed(request),
      }) + (options.ignored ? ignoredTable(ignored) : ''),
    notes,
  };
}

interface Looked {
  readonly parts: readonly LookedBack[];
  readonly notes: readonly string[];
}

async function lookEverywhere(
  options: HistoryOptions,
  request: HistoryRequest,
  context: CliContext,
): Promise<Looked> {
  const { dir, branch } = options;
  if (dir !== undefined)
    return withCheckout({ ...options, dir, branch }, context, async (one, notes) => ({
      parts: [await lookBack(one.repository, one.settings, request)],
      notes,
    }));
  if (branch !== undefined)
    throw new Failure(
      'usage',
      '--branch goes with --dir; the configuration names the branches of its repositories.',
    );
  const parts = await withSession(options, context, async ({ repositories }) => {
    const looked: LookedBack[] = [];
    for (const { settings, ports } of repositories)
      looked.push(await lookBack(ports.repository, settings, request));
    return looked;
  });
  return { parts, notes: [] };
}

function isNarrowed({ query, since, until }: HistoryRequest): boolean {
  const asked: readonly unknown[] = Object.values(query);
  return [...asked, since, until].some((one) => one !== undefined);
}

function readRequest(options: HistoryOptions, now: number): HistoryRequest {
  const { policy, service, image, environment, path, intent } = options;
  const since =
    options.since === undefined
      ? undefined
      : parseTime('--since', options.since, { now, day: 'first', span: 'ago' });
  const until =
    options.until === undefined
      ? undefined
      : parseTime('--until', options.until, { now, day: 'last', span: 'ago' });
  if (since !== undefined && until !== undefined && since > until)
    throw new Failure(
      'usage',
      `--since "${options.since ?? ''}" is after --until "${options.until ?? ''}"; nothing can lie between them.`,
    );
  return {
    query: { policy, service, image, environment, path, intent: parseIntent(intent) },
    since,
    until,
    now,
    most: options.all || options.ignored || options.format === 'notes' ? Infinity : options.limit,
    services: service !== undefined || options.format === 'notes',
  };
}

/** A name that stands nowhere is a mistake; one without releases is an answer. */
function refuseUnknown(
  what: string,
  name: string | undefined,
  parts: readonly LookedBack[],
  namesOf: (part: LookedBack) => ReadonlySet<string>,
): void {
  if (name === undefined) return;
  const known = new Set(parts.flatMap((part) => [...namesOf(part)]));
  if (known.has(name)) return;
  const since = day(Math.min(...parts.map((part) => part.since)));
  const hint = didYouMean(name, known) || (known.size === 0 ? '' : `; known are ${listed(known)}`);
  throw new Failure(
    'invalid-input',
    `No ${what} "${name}" is in the files of the branch, nor in its releases since ${since}${hint}.`,
  );
}

function listed(names: ReadonlySet<string>): string {
  const shown = [...names].sort().slice(0, 12);
  return `${shown.join(', ')}${names.size > shown.length ? `, and ${names.size - shown.length} more` : ''}`;
}

function spanOf({ since, until, now }: HistoryRequest): string {
  return since === undefined ? `until ${day(until ?? now)}` : `${day(since)} to ${day(until ?? now)}`;
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function parseIntent(text: string | undefined): Intent | undefined {
  if (text === undefined) return undefined;
  const intent = intents.find((known) => known === text);
  if (intent !== undefined) return intent;
  const hint = didYouMean(text, intents) || `; known are ${intents.join(', ')}`;
  throw new Failure('usage', `--intent "${text}" is unknown${hint}.`);
}
