import { Failure } from '../core/failure.ts';
import type { HttpClient } from './client.ts';
import { checkTlsMaterial, type TlsMaterial } from './tls-material.ts';

/**
 * Reads certificates before each request and goes on with a new client when they changed, so that short-lived ones need no restart. Requests under way
 * end with the client they began with. What changed is checked once, before it is used: while it is broken each request fails with its name, and
 * what was open is kept for its return.
 * @param owner whose certificates they are, for messages: `of repository fleet`
 */
export function withRenewal(
  owner: string,
  read: () => Promise<TlsMaterial>,
  open: (material: TlsMaterial) => HttpClient,
): HttpClient {
  let current: { readonly key: string; readonly client: HttpClient } | undefined;
  const former: HttpClient[] = [];
  let closed = false;
  return {
    async request(request) {
      const material = await read();
      if (closed) throw new Failure('aborted', 'the HTTP client was closed');
      const key = JSON.stringify(material);
      if (current?.key !== key) {
        checkTlsMaterial(material, owner);
        const client = open(material);
        if (current !== undefined) former.push(current.client);
        current = { key, client };
        // Its connections have been idle for at least one life of a certificate.
        if (former.length > 1) await former.shift()?.close();
      }
      return current.client.request(request);
    },
    async close() {
      closed = true;
      for (const client of [...former.splice(0), ...(current === undefined ? [] : [current.client])])
        await client.close();
    },
  };
}
