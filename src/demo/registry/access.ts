import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson, RegistryError } from './answers.ts';

/** Who may use the embedded registry. `token`: challenges name the registry's own `/token`, which wants basic auth. */
export interface Access {
  readonly kind: 'basic' | 'token';
  /** Password by user name. */
  readonly users: Readonly<Record<string, string>>;
  /** Token service only: pulling needs a token, but no user. Default false. */
  readonly anonymousPull?: boolean;
  /** Seconds that a token lives; default 300. */
  readonly expiresIn?: number;
}

/** Asks who a request is from and what it may do, by RFC 7617 or by Docker's token protocol. */
export class Gatekeeper {
  readonly #access: Access;
  readonly #now: () => number;
  readonly #tokens = new Map<string, { readonly scopes: ReadonlySet<string>; readonly until: number }>();

  constructor(access: Access, now: () => number) {
    this.#access = access;
    this.#now = now;
  }

  /** @throws RegistryError 401 with the challenge where the request may not do `action` in repository `name` (`undefined`: `/v2/`). */
  check(req: IncomingMessage, name: string | undefined, action: 'pull' | 'push'): void {
    const { kind } = this.#access;
    if (kind === 'basic') {
      if (this.#userOf(req) === undefined) throw denied('Basic realm="embedded registry"');
      return;
    }
    const token = /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1];
    const grant = token === undefined ? undefined : this.#tokens.get(token);
    const alive = grant !== undefined && grant.until > this.#now();
    if (alive && (name === undefined || grant.scopes.has(`${name}:${action}`))) return;
    const scope =
      name === undefined ? '' : `,scope="repository:${name}:${action === 'pull' ? 'pull' : 'pull,push'}"`;
    const host = req.headers.host ?? 'localhost';
    throw denied(`Bearer realm="http://${host}/token",service="${host}"${scope}`);
  }

  /** `GET /token?service=&scope=`: the token service. */
  grant(req: IncomingMessage, url: URL, res: ServerResponse): void {
    const user = this.#userOf(req);
    const named = req.headers.authorization !== undefined;
    if (user === undefined && (named || this.#access.anonymousPull !== true)) {
      throw denied('Basic realm="embedded registry"');
    }
    const scopes = new Set<string>();
    for (const scope of url.searchParams.getAll('scope')) {
      const [, name = '', actions = ''] = scope.split(':');
      for (const action of actions.split(',')) {
        if (user !== undefined || action === 'pull') scopes.add(`${name}:${action}`);
      }
    }
    const token = randomUUID();
    const seconds = this.#access.expiresIn ?? 300;
    this.#tokens.set(token, { scopes, until: this.#now() + seconds * 1000 });
    answerJson(res, 200, { token, expires_in: seconds });
  }

  #userOf(req: IncomingMessage): string | undefined {
    const encoded = /^Basic (.+)$/i.exec(req.headers.authorization ?? '')?.[1];
    if (encoded === undefined) return undefined;
    const [user = '', ...rest] = Buffer.from(encoded, 'base64').toString().split(':');
    const { users } = this.#access;
    return Object.hasOwn(users, user) && same(users[user] ?? '', rest.join(':')) ? user : undefined;
  }
}

function denied(challenge: string): RegistryError {
  return new RegistryError(401, 'UNAUTHORIZED', 'authentication required', { 'www-authenticate': challenge });
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}
