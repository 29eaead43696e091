import { Failure } from '../core/failure.ts';
import type { HttpRequest, HttpResponse } from './client.ts';
import { redactUrl } from './redact.ts';

/** Redirects that one request may take. */
export const mostRedirects = 5;

/**
 * The request that an answer redirects to (RFC 9110, 15.4), or `undefined` where the answer is final. Headers of `request` have lower-case names.
 * @throws Failure `bad-answer` where the redirect's mode does not allow the place, where it would send a body elsewhere, change the method of
 *   anything but GET and HEAD unasked, or leave https.
 */
export function redirected(
  request: HttpRequest,
  from: URL,
  answer: Pick<HttpResponse, 'status' | 'headers'>,
): HttpRequest | undefined {
  const { status } = answer;
  const location = answer.headers['location'];
  if (!redirectStatuses.has(status) || location === undefined || request.redirect === 'manual')
    return undefined;
  const to = URL.parse(location, from.href);
  if (to === null || (to.protocol !== 'https:' && to.protocol !== 'http:')) {
    throw refused(from, 'to something that is not an http address');
  }
  // RFC 9110, 4.2.4: nobody but the user of an address says who they are.
  if (to.username !== '' || to.password !== '')
    throw refused(from, 'to an address with a user name or password');
  to.hash = '';
  const elsewhere = to.origin !== from.origin;
  if (elsewhere) checkElsewhere(request, from, to);
  const toGet = status === 303 && request.method !== 'HEAD';
  if (!toGet && status < 307 && request.method !== 'GET' && request.method !== 'HEAD') {
    throw refused(from, `a ${request.method} request by status ${status}, which does not say to repeat it`);
  }
  const { body, headers = {}, ...rest } = request;
  const keepBody = body !== undefined && !toGet;
  const dropped = new Set([...(elsewhere ? credentialHeaders : []), ...(keepBody ? [] : bodyHeaders)]);
  return {
    ...rest,
    ...(keepBody ? { body } : {}),
    ...(toGet ? { method: 'GET' as const } : {}),
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name))),
    url: to.href,
  };
}

const redirectStatuses = new Set([301, 302, 303, 307, 308]);
const credentialHeaders = ['authorization', 'cookie', 'proxy-authorization'];
const bodyHeaders = ['content-type', 'content-length', 'content-encoding'];

function checkElsewhere(request: HttpRequest, from: URL, to: URL): void {
  if (request.redirect !== 'drop-credentials') {
    const advice = '. If that is right, configure the address there';
    throw refused(from, `to ${redactUrl(to)}, another origin`, advice);
  }
  if (from.protocol === 'https:' && to.protocol !== 'https:') {
    throw refused(from, `from https to plain http (${redactUrl(to)})`);
  }
  if (request.body !== undefined)
    throw refused(from, `a request with a body to another origin (${redactUrl(to)})`);
}

function refused(from: URL, words: string, advice = ''): Failure {
  return new Failure('bad-answer', `${from.host} redirects ${words}; this is not followed${advice}`, {
    host: from.host,
  });
}
