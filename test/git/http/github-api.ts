import { createVerify, generateKeyPairSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startServer } from '../../net/server.ts';

/** A key as GitHub gives it out, and another one. */
export const [appKey, otherKey] = [makeKey(), makeKey()];

function makeKey(): { readonly pem: string; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    pem: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

export interface GithubApi {
  readonly url: string;
  readonly host: string;
  /** Whether a token is good now. */
  readonly accepts: (name: string, token: string) => boolean;
  /** Tokens that were made. */
  readonly made: string[];
  /** All headers that came, for what must not be among them. */
  readonly seen: IncomingMessage[];
  /** Every token of before is bad from now on. */
  revoke(): void;
  /** Answers this instead, from now on. */
  answer?: ((response: ServerResponse) => void) | undefined;
  close(): Promise<void>;
}

/** The one endpoint of GitHub's API that makes tokens for an app's installation, which checks the app's proof as GitHub does. */
export async function startGithubApi(
  options: { readonly now?: () => number; readonly base?: string; readonly lifetime?: number } = {},
): Promise<GithubApi> {
  const { now = Date.now, base = '', lifetime = 3_600_000 } = options;
  const good = new Set<string>();
  const made: string[] = [];
  const seen: IncomingMessage[] = [];
  const server = await startServer((request, response) => {
    seen.push(request);
    request.resume();
    if (api.answer !== undefined) return api.answer(response);
    const wrong = proofFault(request, now());
    if (wrong !== undefined) return send(response, 401, { message: wrong });
    if (request.method !== 'POST' || request.url !== `${base}/app/installations/9/access_tokens`) {
      return send(response, 404, { message: 'Not Found' });
    }
    const token = `ghs_${'x'.repeat(20)}${made.length}`;
    made.push(token);
    good.add(token);
    send(response, 201, { token, expires_at: new Date(now() + lifetime).toISOString() });
  });
  const api: GithubApi = {
    url: server.url + base,
    host: server.host,
    accepts: (name, token) => name === 'x-access-token' && good.has(token),
    made,
    seen,
    revoke: () => good.clear(),
    answer: undefined,
    close: () => server.close(),
  };
  return api;
}

export function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** RFC 7519, and GitHub's own limit of ten minutes. */
function proofFault(request: IncomingMessage, now: number): string | undefined {
  const [head = '', body = '', signature = ''] = (request.headers.authorization ?? '')
    .replace(/^Bearer /, '')
    .split('.');
  const verify = createVerify('sha256').update(`${head}.${body}`);
  if (!verify.verify(appKey.publicKey, signature, 'base64url'))
    return 'A JSON web token could not be decoded';
  const { iat, exp, iss } = read(body) as { iat: number; exp: number; iss: string };
  if (read(head)['alg'] !== 'RS256' || iss !== '7') return 'Integration not found';
  const seconds = now / 1000;
  return iat <= seconds && exp > seconds && exp <= seconds + 600 ? undefined : 'bad times';
}

function read(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
}
