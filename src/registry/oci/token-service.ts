import { Failure } from '../../core/failure.ts';
import type { HttpClient, HttpRequest } from '../../net/client.ts';
import type { RegistryCredentials } from '../ports.ts';
import { parseObject } from './json.ts';
import { statusFailure } from './status-failure.ts';

export interface TokenRequest {
  /** Checked by `checkRealm`. */
  readonly realm: URL;
  readonly service: string | undefined;
  readonly scope: string;
  readonly credentials: RegistryCredentials | undefined;
  /** Of the registry, for messages. */
  readonly host: string;
  readonly task: string;
  readonly signal: AbortSignal | undefined;
  readonly now: () => number;
}

export interface Token {
  readonly value: string;
  /** Milliseconds since the epoch by our clock, with a margin. */
  readonly until: number;
}

/**
 * Asks a token service by Docker's protocol: GET with basic auth, or anonymous; an identity token is exchanged by an OAuth2 POST. It never
 * follows a redirect to another origin.
 * @throws Failure `auth-failed`, `forbidden`, `rate-limited`, `bad-answer` and what `HttpClient.request` throws
 */
export async function fetchToken(client: HttpClient, request: TokenRequest): Promise<Token> {
  const { host, now, task } = request;
  const response = await client.request(httpRequest(request));
  if (response.status !== 200) {
    const failure = await statusFailure(response, {
      host: request.realm.host,
      task: `get a token for ${host} to ${task}`,
      known: request.credentials !== undefined,
      secrets: secretsOf(request.credentials),
      now: now(),
    });
    // The token service is reached by a name that the registry gave: its 404 says nothing of the image.
    throw failure.code === 'not-found' ? new Failure('bad-answer', failure.message, { host }) : failure;
  }
  const answer = parseObject(await response.text(largestAnswer), request.realm.host, 'a token');
  const value = answer['token'] ?? answer['access_token'];
  if (typeof value !== 'string' || !/^[\x21-\x7e]{1,65536}$/.test(value)) {
    throw new Failure('bad-answer', `${request.realm.host} answered no usable token for ${host}`, { host });
  }
  const seconds = typeof answer['expires_in'] === 'number' ? answer['expires_in'] : shortestLife;
  const life = Math.min(Math.max(seconds, shortestLife), longestLife);
  return { value, until: now() + life * 1000 * lifeShare };
}

export function secretsOf(credentials: RegistryCredentials | undefined): string[] {
  if (credentials === undefined) return [];
  return 'identityToken' in credentials
    ? [credentials.identityToken]
    : [credentials.password, basic(credentials)];
}

/** `user:password` in base64 (RFC 7617). */
export function basic({
  username,
  password,
}: {
  readonly username: string;
  readonly password: string;
}): string {
  return Buffer.from(`${username}:${password}`).toString('base64');
}

const largestAnswer = 262_144;
/** Seconds; the protocol says that a token lives 60 at least. */
const shortestLife = 60;
const longestLife = 3600;
/** A token is given up before its time, so that it does not run out on its way. */
const lifeShare = 0.8;

function httpRequest(request: TokenRequest): HttpRequest {
  const { credentials, realm, scope, service, signal } = request;
  if (credentials !== undefined && 'identityToken' in credentials) {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'tallyman',
      scope,
      ...(service === undefined ? {} : { service }),
      refresh_token: credentials.identityToken,
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { method: 'POST', url: realm.href, headers, body: form.toString(), signal };
  }
  const url = new URL(realm.href);
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', scope);
  const headers = credentials === undefined ? {} : { authorization: `Basic ${basic(credentials)}` };
  return { method: 'GET', url: url.href, headers, signal };
}
