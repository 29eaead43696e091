import { Failure } from '../../core/failure.ts';
import { requestFailure } from '../../net/failures.ts';
import type { Peer } from '../wire/words.ts';

export interface ConnectContext {
  readonly peer: Peer;
  /** Says that what was shown to log in was not accepted. */
  readonly refused: (host: string) => string;
  /** What the agent said that went wrong with it, if it did. */
  readonly agentError: Error | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Says in words why no connection came about: the library's errors carry a `level`, the socket's a `code`. */
export function connectFailure(error: unknown, context: ConnectContext): Failure {
  const { peer, signal } = context;
  const { host } = peer;
  if (error instanceof Failure) return error;
  if (signal?.aborted === true)
    return new Failure('aborted', `the connection to ${host} was stopped`, { host });
  const words = error instanceof Error ? peer.words(error.message) : '';
  switch (levelOf(error)) {
    case 'client-authentication':
      return notAccepted(context, error);
    case 'client-timeout':
      return new Failure('timeout', `${host} did not answer in time`, {
        host,
        retryable: true,
        cause: error,
      });
    case 'client-socket':
      return requestFailure(error, host, signal);
    case 'handshake':
    case 'protocol':
      return handshakeFailure(host, words, error);
    default:
      if (/authentication failures/i.test(words)) return notAccepted(context, error);
      // What comes before any message of the protocol has no level.
      return /header line|identification string/i.test(words)
        ? handshakeFailure(host, words, error)
        : ended(host, words, error);
  }
}

function notAccepted({ peer: { host }, refused, agentError }: ConnectContext, cause: unknown): Failure {
  if (agentError !== undefined) {
    const words = `the ssh-agent failed, so nothing could log in to ${host}: ${agentError.message}; check SSH_AUTH_SOCK`;
    return new Failure('auth-failed', words, { host, cause });
  }
  return new Failure('auth-failed', refused(host), { host, cause });
}

function handshakeFailure(host: string, words: string, cause: unknown): Failure {
  if (/lost before handshake/i.test(words)) {
    return new Failure('unreachable', `${host} cut the connection before its ssh handshake was complete`, {
      host,
      retryable: true,
      cause,
    });
  }
  if (/no matching/i.test(words)) {
    const why = `${host} and this program have no algorithm in common (${words}); a newer ssh server is needed`;
    return new Failure('bad-answer', why, { host, cause });
  }
  return new Failure(
    'bad-answer',
    `${host} does not speak ssh as it should on this port (${words}); check the port`,
    {
      host,
      cause,
    },
  );
}

function ended(host: string, words: string, cause: unknown): Failure {
  const why = words === '' ? '' : `: ${words}`;
  return new Failure('unreachable', `${host} ended the ssh connection${why}`, {
    host,
    retryable: true,
    cause,
  });
}

function levelOf(error: unknown): string {
  return error instanceof Error && 'level' in error ? String(error.level) : '';
}
