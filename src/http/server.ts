import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { Failure } from '../core/failure.ts';

export interface ServerOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly metrics: { render(): Promise<string>; readonly contentType: string };
  /** Why the process is not ready; empty: it is. */
  readonly ready: () => readonly string[];
}

export interface RunningServer {
  /** `host:port` that it listens on, also where port 0 was asked for. */
  readonly address: string;
  /** Takes no more connections; ends when the answers on their way are out, or after a second. */
  close(): Promise<void>;
}

/**
 * `/healthz`, `/readyz` and `/metrics` (product.md, 8), GET only.
 * @throws Failure `invalid-config` where the address cannot be listened on
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const answer = getRequestListener(routes(options).fetch, { overrideGlobalObjects: false });
  const server = createServer(
    { maxHeaderSize: 16_384, headersTimeout: 10_000, requestTimeout: 10_000, keepAliveTimeout: 5000 },
    (request, response) => {
      response.once('finish', () => setImmediate(() => server.listening || server.closeIdleConnections()));
      void answer(request, response);
    },
  );
  server.maxConnections = 256;
  await listen(server, options.listen);
  return { address: addressOf(server), close: () => close(server) };
}

function routes({ metrics, ready }: ServerOptions): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    if (context.req.method === 'GET' || context.req.method === 'HEAD') return next();
    // closed, so that a body is not read to its end
    const headers = { allow: 'GET, HEAD', connection: 'close' };
    return context.json({ error: 'only GET is answered here' }, 405, headers);
  });
  // an answer is the proof: the process lives and its event loop turns
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.get('/readyz', (context) => {
    const reasons = ready();
    return reasons.length === 0
      ? context.json({ status: 'ok' })
      : context.json({ status: 'not ready', reasons }, 503);
  });
  app.get('/metrics', async (context) =>
    context.body(await metrics.render(), 200, { 'content-type': metrics.contentType }),
  );
  app.notFound((context) => context.json({ error: 'there is nothing here' }, 404));
  app.onError((_error, context) => context.json({ error: 'internal error' }, 500));
  return app;
}

async function listen(server: Server, { host, port }: ServerOptions['listen']): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  try {
    await promise;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const why = code === 'EADDRINUSE' ? 'another process listens there' : code;
    const message = `cannot listen on ${host}:${port}: ${why}; change server.listen`;
    throw new Failure('invalid-config', message, { cause: error });
  } finally {
    server.off('error', reject);
  }
}

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') return String(address);
  return address.family === 'IPv6'
    ? `[${address.address}]:${address.port}`
    : `${address.address}:${address.port}`;
}

async function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), 1000);
  await promise;
  clearTimeout(timer);
}
