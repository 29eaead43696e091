import { Failure } from '../../core/failure.ts';
import type { HttpClient, HttpResponse } from '../../net/client.ts';
import type { CredentialSource, RegistryCredentials } from '../ports.ts';
import { SingleFlight } from '../single-flight.ts';
import { parseChallenges, type Challenge } from './challenge.ts';
import type { Endpoint } from './endpoint.ts';
import { checkRealm, type RealmRules } from './realm.ts';
import { statusFailure } from './status-failure.ts';
import { basic, fetchToken, secretsOf, type Token } from './token-service.ts';

export interface SessionOptions {
  readonly client: HttpClient;
  readonly credentials: CredentialSource;
  readonly rules: RealmRules;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface Call {
  readonly method: 'GET' | 'HEAD';
  readonly url: string;
  /** Path of the repository: `acme/web`. */
  readonly path: string;
  /** For messages: `list the tags of ghcr.io/acme/web`. */
  readonly task: string;
  readonly accept?: string;
  readonly redirect?: 'same-origin' | 'drop-credentials';
  readonly signal?: AbortSignal | undefined;
}

type Scheme =
  | { readonly kind: 'basic' }
  | { readonly kind: 'bearer'; readonly realm: string; readonly service: string | undefined };

/**
 * Talks to one registry as one user: answers challenges, and remembers the way in, so that a further repository costs no refused request.
 * A token is for one repository and for reading only, whatever the registry asks for.
 */
export class RegistrySession {
  readonly endpoint: Endpoint;
  readonly #options: SessionOptions;
  readonly #tokens = new Map<string, Token>();
  readonly #flights = new SingleFlight<Token>();
  #scheme: Scheme | undefined;
  #user = '';

  constructor(endpoint: Endpoint, options: SessionOptions) {
    this.endpoint = endpoint;
    this.#options = options;
  }

  /** The answer, whatever its status, but never 401. @throws Failure `auth-failed`, and as `HttpClient.request` and `fetchToken` */
  async send(call: Call): Promise<HttpResponse> {
    const credentials = this.#seen(await this.#options.credentials.credentials(this.endpoint.credentialHost));
    const usual =
      this.#scheme && (await this.#authorization(this.#scheme, usualScope(call.path), call, credentials));
    const response = await this.#request(call, usual);
    if (response.status !== 401) return response;
    const challenges = parseChallenges(response.headers['www-authenticate'] ?? '');
    const scheme = choose(challenges);
    if (scheme === undefined) {
      await response.discard();
      throw this.#unsupported(call);
    }
    const saidAll = usual !== undefined && this.#scheme?.kind === 'basic';
    if (scheme.kind === 'basic' && (credentials === undefined || saidAll))
      throw await this.failure(response, call);
    await response.discard();
    this.#scheme = scheme;
    this.#tokens.delete(call.path);
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    const scope = readScope(bearer?.parameters.get('scope'), call.path);
    const second = await this.#request(call, await this.#authorization(scheme, scope, call, credentials));
    if (second.status === 401) throw await this.failure(second, call);
    return second;
  }

  /** What an answer that is no success means. Reads its body. */
  async failure(response: HttpResponse, call: Pick<Call, 'path' | 'task'>): Promise<Failure> {
    const credentials = this.#seen(await this.#options.credentials.credentials(this.endpoint.credentialHost));
    const token = this.#tokens.get(call.path)?.value;
    return statusFailure(response, {
      host: this.endpoint.host,
      task: call.task,
      known: credentials !== undefined,
      secrets: [...secretsOf(credentials), ...(token === undefined ? [] : [token])],
      now: this.#options.now(),
    });
  }

  /** Read anew each time, so that a rotated secret counts at once; tokens that another user was given are dropped then. */
  #seen(credentials: RegistryCredentials | undefined): RegistryCredentials | undefined {
    const user = credentials === undefined ? '' : JSON.stringify(credentials);
    if (user !== this.#user) this.#tokens.clear();
    this.#user = user;
    return credentials;
  }

  #request(call: Call, authorization: string | undefined): Promise<HttpResponse> {
    return this.#options.client.request({
      method: call.method,
      url: call.url,
      headers: {
        ...(call.accept === undefined ? {} : { accept: call.accept }),
        ...(authorization === undefined ? {} : { authorization }),
      },
      redirect: call.redirect ?? 'same-origin',
      signal: call.signal,
    });
  }

  #unsupported({ task }: Call): Failure {
    const { host } = this.endpoint;
    const words = `cannot ${task}: ${host} wants a login in a way that is not supported (basic and bearer are)`;
    return new Failure('auth-failed', words, { host });
  }

  async #authorization(
    scheme: Scheme,
    scope: string,
    call: Call,
    credentials: RegistryCredentials | undefined,
  ): Promise<string | undefined> {
    if (scheme.kind === 'basic') return basicHeader(credentials, this.endpoint.host);
    const { now } = this.#options;
    const kept = this.#tokens.get(call.path);
    if (kept !== undefined && kept.until > now()) return `Bearer ${kept.value}`;
    const realm = checkRealm(scheme.realm, this.endpoint, credentials !== undefined, this.#options.rules);
    const { service } = scheme;
    const key = JSON.stringify([realm.href, service, scope, secretsOf(credentials)]);
    const token = await this.#flights.join(key, call.signal, (signal) => {
      const { host } = this.endpoint;
      return fetchToken(this.#options.client, {
        realm,
        service,
        scope,
        credentials,
        host,
        task: call.task,
        signal,
        now,
      });
    });
    this.#keep(call.path, token);
    return `Bearer ${token.value}`;
  }

  #keep(path: string, token: Token): void {
    if (this.#tokens.size >= mostTokens) {
      for (const [name, { until }] of this.#tokens)
        if (until <= this.#options.now()) this.#tokens.delete(name);
      if (this.#tokens.size >= mostTokens) this.#tokens.clear();
    }
    this.#tokens.set(path, token);
  }
}

const mostTokens = 5000;

function choose(challenges: readonly Challenge[]): Scheme | undefined {
  for (const { scheme, parameters } of challenges) {
    const realm = parameters.get('realm');
    if (scheme === 'bearer' && realm !== undefined) {
      return { kind: 'bearer', realm, service: parameters.get('service') };
    }
  }
  return challenges.some(({ scheme }) => scheme === 'basic') ? { kind: 'basic' } : undefined;
}

function basicHeader(credentials: RegistryCredentials | undefined, host: string): string | undefined {
  if (credentials === undefined) return undefined;
  if ('identityToken' in credentials) {
    throw new Failure(
      'auth-failed',
      `${host} wants a user name and password, but an identity token is configured`,
      {
        host,
      },
    );
  }
  return `Basic ${basic(credentials)}`;
}

function usualScope(path: string): string {
  return `repository:${path}:pull`;
}

/** The registry's own spelling of the scope, where it is about this repository and reading only; else the usual one. */
function readScope(asked: string | undefined, path: string): string {
  const usual = usualScope(path);
  const prefix = `repository:${path}:`;
  if (asked === undefined || !asked.startsWith(prefix)) return usual;
  const actions = asked.slice(prefix.length).split(',');
  return actions.every((action) => action === 'pull' || action === 'metadata_read') ? asked : usual;
}
