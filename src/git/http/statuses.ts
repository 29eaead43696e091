import { Failure, type FailureDetail } from '../../core/failure.ts';
import type { HttpResponse } from '../../net/client.ts';
import { parseRetryAfter } from '../../net/retry-after.ts';
import type { Service } from './endpoint.ts';
import type { Peer } from '../wire/words.ts';

export interface AnswerContext {
  readonly peer: Peer;
  /** The repository's URL, fit for messages. */
  readonly repository: string;
  readonly service: Service;
  /** Whether credentials went with the request. */
  readonly authenticated: boolean;
}

/** What an answer that is no git answer means, in words; its body is read (bounded) or given back. */
export async function answerFailure(answer: HttpResponse, context: AnswerContext): Promise<Failure> {
  const said = await serverWords(answer, context);
  const { repository } = context;
  const { host } = context.peer;
  const after = waitOf(answer);
  const again: FailureDetail = {
    host,
    retryable: true,
    ...(after === undefined ? {} : { retryAfter: after }),
  };
  switch (answer.status) {
    case 200:
      return notGit(answer, context);
    case 401:
      return new Failure('auth-failed', `${unauthorized(context)}${said}`, { host });
    case 403:
      return new Failure('forbidden', `${forbidden(context)}${said}`, { host });
    case 404:
    case 410:
      return new Failure('not-found', `${missing(context)}${said}`, { host });
    case 413:
      return new Failure(
        'refused',
        `${host} takes no request as large as this push to ${repository}${said}`,
        {
          host,
        },
      );
    case 429:
      return new Failure('rate-limited', `${host} asks to come back ${when(after)} (429)${said}`, again);
    default:
      return answer.status >= 500
        ? new Failure('unreachable', `${host} failed (${answer.status}) for ${repository}${said}`, again)
        : new Failure('bad-answer', `${host} answered ${answer.status} for ${repository}${said}`, { host });
  }
}

const mostWords = 4096;

/** Hosts explain themselves in plain text; HTML pages say nothing that fits in one line. */
async function serverWords(answer: HttpResponse, context: AnswerContext): Promise<string> {
  const type = answer.headers['content-type'] ?? '';
  if (answer.status === 200 || !type.startsWith('text/plain')) {
    await answer.discard();
    return '';
  }
  try {
    const words = context.peer.words(await answer.text(mostWords));
    return words === '' ? '' : `; it says: ${words}`;
  } catch {
    // The status is the news; words that are too long or cut off add nothing to it.
    return '';
  }
}

function notGit(answer: HttpResponse, context: AnswerContext): Failure {
  const { peer, repository, service } = context;
  const { host } = peer;
  const type = answer.headers['content-type'] ?? '';
  const dumb = type === '' || type.startsWith('text/plain') || type.startsWith('application/octet-stream');
  const words = dumb
    ? `${host} serves ${repository} as plain files (git's "dumb" protocol); a server with smart HTTP (${service}) is needed`
    : `${host} answered ${JSON.stringify(peer.words(type).slice(0, 80))} for ${repository}, which is not git; check the url`;
  return new Failure('bad-answer', words, { host });
}

function unauthorized({ peer: { host }, repository, authenticated }: AnswerContext): string {
  return authenticated
    ? `${host} did not accept the credentials for ${repository} (401); check user name, password or token`
    : `${host} wants credentials for ${repository} (401); set auth for this repository`;
}

function forbidden({ peer: { host }, repository, service, authenticated }: AnswerContext): string {
  const who = authenticated ? 'these credentials' : 'requests without credentials';
  const what = service === 'git-receive-pack' ? 'push to' : 'read';
  return `${host} does not let ${who} ${what} ${repository} (403)`;
}

function missing({ peer: { host }, repository, authenticated }: AnswerContext): string {
  const hint = authenticated
    ? 'check the url, and that these credentials may see it'
    : 'check the url; many hosts say so of private repositories when no auth is set';
  return `${host} has no repository at ${repository} (404); ${hint}`;
}

function when(wait: number | undefined): string {
  return wait === undefined ? 'later' : `in ${Math.ceil(wait / 1000)} seconds`;
}

/** At most a day counts. */
function waitOf(answer: HttpResponse): number | undefined {
  const wait = parseRetryAfter(answer.headers['retry-after'], Date.now());
  return wait === undefined ? undefined : Math.min(wait, 86_400_000);
}
