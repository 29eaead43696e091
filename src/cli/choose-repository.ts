import { asFailure, Failure } from '../core/failure.ts';
import { didYouMean } from '../core/nearest.ts';
import { RunMemory } from '../run/run.ts';
import { sync } from '../run/sync.ts';
import type { Session, SessionRepository } from './wiring.ts';

/**
 * The repository that a command is about: the only one, or the only one with a policy of that name.
 * @throws Failure `usage` where several could be meant, `invalid-input` where none has the policy, that of a repository which cannot be read where it might
 * have the policy
 */
export async function chooseRepository(
  { repositories }: Session,
  policy: string | undefined,
  signal?: AbortSignal,
): Promise<SessionRepository> {
  const [first, second] = repositories;
  if (first !== undefined && second === undefined) return first;
  const names = repositories.map(({ settings }) => settings.repository).join(', ');
  if (policy === undefined)
    throw new Failure('usage', `Say in which repository, with --repository; there are ${names}.`);
  const found: SessionRepository[] = [];
  const known: string[] = [];
  const unread: Unread[] = [];
  for (const repository of repositories) {
    const synced = await sync(repository.ports, repository.settings, new RunMemory(), signal).catch(
      asFailure,
    );
    if (synced instanceof Failure) {
      if (signal?.aborted === true) throw synced;
      unread.push({ name: repository.settings.repository, failure: synced });
      continue;
    }
    const { value } = synced;
    const here = [
      ...value.policies.map(({ name }): string => name),
      ...value.problems.map((one) => one.policy),
    ];
    known.push(...here.filter((name) => name !== undefined));
    if (here.includes(policy)) found.push(repository);
  }
  const [chosen, another] = found;
  if (another === undefined) demandAllRead(policy, unread, chosen?.settings.repository);
  if (chosen !== undefined && another === undefined) return chosen;
  if (chosen === undefined) {
    const hint = didYouMean(policy, known);
    throw new Failure('invalid-input', `No repository has a policy "${policy}"${hint}; there are ${names}.`);
  }
  const several = found.map(({ settings }) => settings.repository).join(' and ');
  throw new Failure('usage', `${several} have a policy "${policy}": say which, with --repository.`);
}

interface Unread {
  readonly name: string;
  readonly failure: Failure;
}

/** What one repository has another may have as well, and an order for the wrong one is worse than one that is given twice. */
function demandAllRead(
  policy: string,
  [first, ...more]: readonly Unread[],
  chosen: string | undefined,
): void {
  if (first === undefined) return;
  const { code, message, host, retryable } = first.failure;
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  const why = `${first.name}${others} cannot be read: ${message.replace(/\.$/, '')}`;
  const words =
    chosen === undefined
      ? `No other repository has a policy "${policy}", and ${why}.`
      : `Nobody can tell whether "${policy}" of ${chosen} is meant, as ${why}. If it is: --repository ${chosen}`;
  throw new Failure(code, words, { retryable, ...(host === undefined ? {} : { host }) });
}
