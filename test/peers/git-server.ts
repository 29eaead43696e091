import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { parseCgiHead } from './cgi.ts';
import { gitEnvironment } from './git.ts';
import { sendFault, type Fault } from './git-faults.ts';

export interface GitServerOptions {
  /** The folder that holds the bare repositories. */
  readonly root: string;
  /** Passwords by name. Without `users` and `bearer` everybody may do everything. */
  readonly users?: Readonly<Record<string, string>>;
  /** Fetching needs no credentials; pushing does. */
  readonly anonymousRead?: boolean;
  readonly bearer?: string;
  /** More environment for git. */
  readonly env?: Readonly<Record<string, string>>;
  /** Git settings for all repositories, such as `uploadpack.allowFilter`. */
  readonly config?: Readonly<Record<string, string>>;
  /** `0`: the server ignores `Git-Protocol`, as servers before git 2.18 do. Default `2`. */
  readonly protocol?: 0 | 2;
  /** Serves https with these. */
  readonly tls?: ServerOptions;
  /** Whether a password is good, now; beside `users`. */
  readonly accepts?: (name: string, password: string) => boolean;
  /** Looks at each request before git does; may first do something else, or answer with a fault. */
  readonly intercept?: (request: GitRequest) => Promise<Fault | undefined> | Fault | undefined;
}

export interface GitRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Whether credentials came with it. */
  readonly authorization: boolean;
}

export interface GitServer {
  /** `http://127.0.0.1:PORT` (or `https:`), without a final slash. */
  readonly url: string;
  readonly requests: GitRequest[];
  close(): Promise<void>;
}

/** Debian git's `http-backend` behind a small CGI bridge (RFC 3875) on a free loopback port. */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const requests: GitRequest[] = [];
  const children = new Set<ChildProcess>();
  const sockets = new Set<Socket>();
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const seen = describeRequest(request);
    requests.push(seen);
    void answer(request, response, seen, options, children).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  };
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  // A client that gives up on a certificate leaves an error behind here.
  server.on('tlsClientError', () => undefined);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        for (const child of children) child.kill();
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  seen: GitRequest,
  options: GitServerOptions,
  children: Set<ChildProcess>,
): Promise<void> {
  const fault = await options.intercept?.(seen);
  if (fault !== undefined && !('after' in fault)) {
    sendFault(request, response, fault);
    return;
  }
  const user = authenticate(request, options);
  if (user === undefined) {
    request.resume();
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"', 'content-type': 'text/plain' });
    response.end('Please log in.\n');
    return;
  }
  runBackend(request, response, { user, options, children, after: fault });
}

interface Run {
  readonly user: string;
  readonly options: GitServerOptions;
  readonly children: Set<ChildProcess>;
  readonly after: Extract<Fault, { after: number }> | undefined;
}

function runBackend(request: IncomingMessage, response: ServerResponse, run: Run): void {
  const child = spawn('git', ['http-backend'], {
    env: cgiEnvironment(request, run),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  run.children.add(child);
  child.once('close', () => {
    run.children.delete(child);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
  child.stdin.on('error', () => undefined);
  request.pipe(child.stdin);
  response.once('close', () => child.kill());
  let head: Buffer | undefined = Buffer.alloc(0);
  let sent = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    let body = chunk;
    if (head !== undefined) {
      head = Buffer.concat([head, chunk]);
      const parsed = parseCgiHead(head);
      if (parsed === undefined) return;
      head = undefined;
      response.writeHead(parsed.status, parsed.headers);
      body = parsed.rest;
    }
    sent += body.length;
    if (run.after !== undefined && sent > run.after.after) {
      response.write(body.subarray(0, body.length - (sent - run.after.after)), () => {
        if (run.after?.kind === 'drop') response.destroy();
        if (run.after?.kind === 'end') response.end();
      });
      child.stdout.removeAllListeners('data').pause();
      if (run.after.kind !== 'stall') child.kill();
      return;
    }
    if (!response.write(body)) {
      child.stdout.pause();
      response.once('drain', () => child.stdout.resume());
    }
  });
}

function cgiEnvironment(request: IncomingMessage, { user, options }: Run): NodeJS.ProcessEnv {
  const url = new URL(request.url ?? '/', 'http://host');
  const { headers } = request;
  const protocol = options.protocol === 0 ? undefined : headers['git-protocol'];
  return {
    ...gitEnvironment(options.config),
    GIT_PROJECT_ROOT: options.root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: decodeURIComponent(url.pathname),
    QUERY_STRING: url.search.slice(1),
    REQUEST_METHOD: request.method,
    REMOTE_ADDR: '127.0.0.1',
    REMOTE_USER: user,
    CONTENT_TYPE: headers['content-type'] ?? '',
    ...(headers['content-length'] === undefined ? {} : { CONTENT_LENGTH: headers['content-length'] }),
    ...(headers['content-encoding'] === undefined
      ? {}
      : { HTTP_CONTENT_ENCODING: headers['content-encoding'] }),
    ...(typeof protocol === 'string' ? { GIT_PROTOCOL: protocol } : {}),
    ...options.env,
  };
}

/** The user's name; empty for an anonymous reader; `undefined` where credentials are needed. */
function authenticate(request: IncomingMessage, options: GitServerOptions): string | undefined {
  const { users, bearer, accepts, anonymousRead = false } = options;
  if (users === undefined && bearer === undefined && accepts === undefined) return 'anybody';
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ');
  if (scheme === 'Bearer' && bearer !== undefined && value === bearer) return 'token';
  if (scheme === 'Basic') {
    const [, name = '', password] = /^([^:]*):(.*)$/s.exec(Buffer.from(value, 'base64').toString()) ?? [];
    if (password !== undefined && (users?.[name] === password || accepts?.(name, password) === true))
      return name;
    return undefined;
  }
  const pushes = (request.url ?? '').includes('git-receive-pack');
  return anonymousRead && scheme === '' && !pushes ? '' : undefined;
}

function describeRequest(request: IncomingMessage): GitRequest {
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    authorization: request.headers.authorization !== undefined,
  };
}
