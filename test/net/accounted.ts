import type { HttpClient, HttpResponse } from '../../src/net/client.ts';

/**
 * Watches over the law of the port: every answer is read or discarded. One that is not keeps its place at the host, and its connection, for ever.
 * @returns `unread`: where answers came from that nobody was done with
 */
export function accounted(client: HttpClient): {
  readonly client: HttpClient;
  readonly unread: () => readonly string[];
} {
  const open = new Set<HttpResponse>();
  return {
    client: {
      request: async (request) => {
        const inner = await client.request(request);
        open.add(inner);
        return watched(inner, () => open.delete(inner));
      },
      close: () => client.close(),
    },
    unread: () => Array.from(open, ({ status, url }) => `${status} of ${new URL(url).pathname}`),
  };
}

function watched(inner: HttpResponse, done: () => void): HttpResponse {
  return {
    status: inner.status,
    headers: inner.headers,
    url: inner.url,
    async *body(limit) {
      try {
        yield* inner.body(limit);
      } finally {
        done();
      }
    },
    bytes: (limit) => inner.bytes(limit).finally(done),
    text: (limit) => inner.text(limit).finally(done),
    discard: () => inner.discard().finally(done),
  };
}
