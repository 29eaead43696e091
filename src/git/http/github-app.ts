import { createPrivateKey, sign } from 'node:crypto';
import { Failure } from '../../core/failure.ts';
import type { HttpClient, HttpResponse } from '../../net/client.ts';
import { redact } from '../../net/redact.ts';
import { cleanWords } from '../wire/words.ts';
import type { GitCredentials, GitCredentialSource } from './endpoint.ts';

export interface GithubAppOptions {
  /** The app's id, or its client id. */
  readonly appId: string;
  readonly installationId: number;
  /** PEM; asked each time a token is made. */
  readonly privateKey: () => Promise<string>;
  /** `https://api.github.com`, or `https://HOST/api/v3`. */
  readonly apiUrl: string;
  /** Shared; it is not closed here. */
  readonly client: HttpClient;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Credentials of a GitHub App's installation (product.md, 5): a token that lives an hour, made with the app's key, kept until five minutes before its end and
 * made anew where the git server refuses it. The app's own proof goes to `apiUrl`'s origin only.
 */
export function githubAppCredentials(options: GithubAppOptions): GitCredentialSource {
  let kept: Promise<Token> | undefined;
  const make = (): Promise<Token> => {
    const made = createToken(options);
    kept = made;
    // One that could not be made is tried again at the next request.
    made.catch(() => {
      if (kept === made) kept = undefined;
    });
    return made;
  };
  return async (refused) => {
    const first = kept ?? make();
    let token = await first;
    if (token.until <= options.now() || isToken(refused, token.value)) {
      // Of several that wait here, the first makes a token and the others take it.
      token = await (kept === first ? make() : (kept ?? make()));
    }
    return { kind: 'basic', username: 'x-access-token', password: token.value };
  };
}

interface Token {
  readonly value: string;
  /** Milliseconds since the epoch: no use after this. */
  readonly until: number;
}

const reserve = 300_000;
const mostBytes = 262_144;

function isToken(credentials: GitCredentials | undefined, token: string): boolean {
  return credentials?.kind === 'basic' && credentials.password === token;
}

async function createToken(options: GithubAppOptions): Promise<Token> {
  const { client, installationId, apiUrl } = options;
  const url = `${apiUrl.replace(/\/+$/, '')}/app/installations/${installationId}/access_tokens`;
  const proof = appProof(options.appId, await options.privateKey(), options.now());
  const answer = await client.request({
    method: 'POST',
    url,
    headers: {
      authorization: `Bearer ${proof}`,
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
    },
  });
  const { host } = new URL(url);
  if (answer.status !== 201) throw await refusal(answer, host, proof, options);
  return readToken(await answer.text(mostBytes), host, options.now());
}

/** A JSON Web Token, signed by RS256 (RFC 7519, RFC 7518 3.3), that is good for nine minutes; begun a minute ago, since clocks differ. */
function appProof(appId: string, privateKey: string, now: number): string {
  const seconds = Math.floor(now / 1000);
  const signed = `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded({ iat: seconds - 60, exp: seconds + 480, iss: appId })}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), rsaKey(privateKey)).toString('base64url')}`;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function rsaKey(text: string) {
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // The library's words could hold parts of what was given.
  }
  throw new Failure(
    'invalid-config',
    'the private key of the GitHub App is no RSA key in PEM; download one from the settings of the app',
  );
}

function readToken(text: string, host: string, now: number): Token {
  const body = parse(text);
  const token = body['token'];
  const end = Date.parse(String(body['expires_at']));
  if (typeof token !== 'string' || !/^[\x21-\x7E]{1,4096}$/.test(token) || Number.isNaN(end)) {
    throw new Failure('bad-answer', `${host} answered no token for the installation of the GitHub App`, {
      host,
    });
  }
  // A clock that is wrong by hours must not make a token for every request.
  return { value: token, until: Math.max(end - reserve, now + 60_000) };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

async function refusal(
  answer: HttpResponse,
  host: string,
  proof: string,
  { appId, installationId }: GithubAppOptions,
): Promise<Failure> {
  const message = parse(await answer.text(mostBytes).catch(() => ''))['message'];
  const said = typeof message === 'string' ? `; it says: ${redact(cleanWords(message), [proof])}` : '';
  switch (answer.status) {
    case 401:
      return new Failure(
        'auth-failed',
        `${host} did not accept the key of the GitHub App ${appId}; check appId, privateKey and the clock of this machine${said}`,
        { host },
      );
    case 403:
      return new Failure(
        'forbidden',
        `${host} makes no token for the GitHub App ${appId}: it may be suspended${said}`,
        { host },
      );
    case 404:
      return new Failure(
        'not-found',
        `${host} knows no installation ${installationId} of the GitHub App ${appId}; check installationId and apiUrl${said}`,
        { host },
      );
    default: {
      const passing = answer.status >= 500 || answer.status === 429;
      return new Failure(
        passing ? 'unreachable' : 'bad-answer',
        `${host} made no token for the GitHub App ${appId} (${answer.status})${said}`,
        {
          host,
          retryable: passing,
        },
      );
    }
  }
}
