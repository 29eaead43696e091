import { didYouMean } from '../core/nearest.ts';
import { accessIssues } from './auth-check.ts';
import { verificationIssues } from './verification-check.ts';
import type { ConfigDocument, RepositoryDocument } from './schema.ts';

/** One thing that is wrong, at a path of the document. */
export interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** The key is wrong, not its value. */
  readonly atKey?: boolean;
}

/** What a schema alone cannot say: names that must be unique or known, keys that exclude each other, cron expressions. */
export async function checkDocument(document: ConfigDocument): Promise<readonly Issue[]> {
  const { repositories, registries, environments } = document;
  return [
    ...repeated(
      'repositories',
      'name',
      repositories.map(({ name }) => name),
    ),
    ...repeated(
      'registries',
      'host',
      registries.map(({ host }) => host),
    ),
    ...repeated(
      'environments',
      'name',
      environments.map(({ name }) => name),
    ),
    ...unknownRepositories(document),
    ...(await patternIssues(document)),
    ...repositories.flatMap((repository, index) => accessIssues(repository, ['repositories', index])),
    ...repositories.flatMap((repository, index) => quietIssues(repository, ['repositories', index])),
    ...repositories.flatMap((repository, index) => verificationIssues(repository, ['repositories', index])),
    ...(await scheduleIssues(document, [])),
    ...(
      await Promise.all(
        repositories.map((repository, index) => scheduleIssues(repository, ['repositories', index])),
      )
    ).flat(),
  ];
}

function repeated(list: string, key: string, values: readonly string[]): Issue[] {
  return values.flatMap((value, index) => {
    const first = values.indexOf(value);
    if (first === index) return [];
    return [
      {
        path: [list, index, key],
        message: `${key} ${value} is there already, as number ${first + 1} of ${list}`,
      },
    ];
  });
}

function unknownRepositories({ repositories, environments }: ConfigDocument): Issue[] {
  const known = repositories.map(({ name }) => name);
  return environments.flatMap(({ repository }, index) => {
    if (known.includes(repository)) return [];
    const message = `no repository has the name ${repository}${didYouMean(repository, known)}`;
    return [{ path: ['environments', index, 'repository'], message }];
  });
}

async function patternIssues({ environments }: ConfigDocument): Promise<Issue[]> {
  if (environments.every(({ rules }) => rules.tags === undefined)) return [];
  const { compilePattern } = await import('../policy/patterns/pattern.ts');
  return environments.flatMap(({ rules: { tags } }, index) => {
    const pattern = tags === undefined ? undefined : compilePattern(tags, undefined);
    if (pattern === undefined || !('error' in pattern)) return [];
    const message = `bad regular expression: ${pattern.error}`;
    return [{ path: ['environments', index, 'rules', 'tags'], message }];
  });
}

function quietIssues({ quiet, maxWait }: RepositoryDocument, path: readonly PropertyKey[]): Issue[] {
  if (maxWait === undefined) return [];
  if (quiet === undefined)
    return [
      { path: [...path, 'maxWait'], atKey: true, message: 'maxWait has no meaning without quiet beside it' },
    ];
  if (maxWait >= quiet) return [];
  return [{ path: [...path, 'maxWait'], message: 'maxWait is shorter than quiet, which then never counts' }];
}

interface ScheduleKeys {
  readonly interval?: number | undefined;
  readonly cron?: string | undefined;
  readonly timeZone?: string | undefined;
}

async function scheduleIssues(
  { interval, cron, timeZone }: ScheduleKeys,
  path: readonly PropertyKey[],
): Promise<Issue[]> {
  const issues: Issue[] = [];
  if (interval !== undefined && cron !== undefined) {
    issues.push({
      path: [...path, 'cron'],
      atKey: true,
      message: 'cron stands beside interval; keep one of them',
    });
  }
  if (timeZone !== undefined && cron === undefined) {
    issues.push({
      path: [...path, 'timeZone'],
      atKey: true,
      message: 'timeZone has no meaning without cron beside it',
    });
  }
  if (cron !== undefined) {
    const why = (await import('./cron.ts')).whyNoCron(cron);
    if (why !== undefined)
      issues.push({ path: [...path, 'cron'], message: `this is no cron expression: ${why}` });
  }
  return issues;
}
