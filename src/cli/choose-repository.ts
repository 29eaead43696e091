import { Failure } from '../core/failure.ts';
import { didYouMean } from '../core/nearest.ts';
import { RunMemory } from '../run/run.ts';
import { sync } from '../run/sync.ts';
import type { Session, SessionRepository } from './wiring.ts';

/**
 * The repository that a command is about: the only one, or the only one with a policy of that name.
 * @throws Failure `usage` where several could be meant, `invalid-input` where none has the policy
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
  for (const repository of repositories) {
    const { value } = await sync(repository.ports, repository.settings, new RunMemory(), signal);
    const here = [
      ...value.policies.map(({ name }): string => name),
      ...value.problems.map((one) => one.policy),
    ];
    known.push(...here.filter((name) => name !== undefined));
    if (here.includes(policy)) found.push(repository);
  }
  const [chosen, another] = found;
  if (chosen !== undefined && another === undefined) return chosen;
  if (chosen === undefined) {
    const hint = didYouMean(policy, known);
    throw new Failure('invalid-input', `No repository has a policy "${policy}"${hint}; there are ${names}.`);
  }
  const several = found.map(({ settings }) => settings.repository).join(' and ');
  throw new Failure('usage', `${several} have a policy "${policy}": say which, with --repository.`);
}
