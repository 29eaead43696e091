import { Failure, type FailureCode } from '../../core/failure.ts';
import type { Peer } from '../wire/words.ts';
import type { Service } from './command.ts';

export interface Refusal {
  readonly peer: Peer;
  /** The repository's address, fit for messages. */
  readonly repository: string;
  readonly service: Service;
  /** What the server wrote to standard error, cleaned. */
  readonly said: string;
  /** The program's exit status; `undefined`: the server gave none. */
  readonly exit: number | undefined;
  readonly cause: unknown;
}

/** A git program that ended without an answer, in the server's words. Hosts have no codes for this: their usual words are looked for. */
export function refusalFailure({ peer, repository, service, said, exit, cause }: Refusal): Failure {
  const { host } = peer;
  const code =
    exit === 127 ? 'bad-answer' : (reasons.find(([, words]) => words.test(said))?.[0] ?? 'bad-answer');
  const says = said === '' ? '' : `; it says: ${said}`;
  return new Failure(code, `${headline(code, { host, repository, service, exit })}${says}`, { host, cause });
}

/** In this order: hosts say "not found or no permission" of what may not be seen. */
const reasons: readonly (readonly [FailureCode, RegExp])[] = [
  [
    'not-found',
    /does not appear to be a git repository|not found|could not be found|no such|(?:does not|doesn't) exist/i,
  ],
  [
    'forbidden',
    /denied|not allowed|not permitted|unauthori[sz]ed|not authori[sz]ed|forbidden|read[- ]only|only read|insufficient|suspended|disabled/i,
  ],
];

function headline(
  code: FailureCode,
  {
    host,
    repository,
    service,
    exit,
  }: { host: string; repository: string; service: Service; exit: number | undefined },
): string {
  if (exit === 127)
    return `${host} has no program ${service}; git must be installed there, in the PATH of this login`;
  if (code === 'not-found')
    return `${host} has no repository at ${repository}; check the url, and that this key may see it`;
  if (code === 'forbidden') {
    const what = service === 'git-receive-pack' ? 'push to' : 'read';
    return `${host} does not let this key ${what} ${repository}`;
  }
  return `${host} ended ${service} for ${repository} without an answer${exit === undefined ? '' : ` (status ${exit})`}`;
}
