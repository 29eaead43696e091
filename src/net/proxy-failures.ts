import { Failure } from '../core/failure.ts';
import { requestFailure } from './failures.ts';
import { readProxyAddress } from './proxy-address.ts';

/**
 * A failure of the proxy and not of the host behind it, told as such; `undefined` where it is none. Addresses of proxies may hold passwords: only host and port are shown.
 * @param proxy the address that may have been used; empty: none
 */
export function proxyFailure(error: unknown, proxy: string, host: string): Failure | undefined {
  const url = readProxyAddress(proxy);
  if (proxy === '' || url === undefined || url.host === host) return undefined;
  for (const inner of causes(error)) {
    const status = /^Proxy (?:response \((\d{3})\)|Authentication Required)/.exec(inner.message);
    if (status !== null) return refused(url.host, host, status[1] ?? '407', error);
    if (isAbout(inner, url)) {
      const words = `cannot reach the proxy ${url.host} on the way to ${host} (${String(code(inner))}); check that it runs and its address is right`;
      return new Failure('unreachable', words, { host, retryable: true, cause: error });
    }
  }
  return undefined;
}

/** Why a proxy opened no tunnel and said nothing of it. @param proxy its host @param host where the tunnel was to lead */
export function tunnelFailure(error: unknown, proxy: string, host: string): Failure {
  const { code: what, message, retryable } = requestFailure(error, proxy);
  const words = `the proxy on the way to ${host} opens no connection: ${message}`;
  return new Failure(what, words, { host, retryable, cause: error });
}

/** What went wrong behind an open tunnel: the proxy may stand in between and answer itself, or show a certificate of its own. */
export function behindProxy(failure: Failure, proxy: string): Failure {
  const { code: what, message, host, retryable } = failure;
  const words = `${message} (this went through the proxy ${readProxyAddress(proxy)?.host ?? ''})`;
  return new Failure(what, words, { ...(host === undefined ? {} : { host }), retryable, cause: failure });
}

function refused(proxy: string, host: string, status: string, cause: unknown): Failure {
  const why =
    status === '407'
      ? 'it wants other credentials (407)'
      : `it answered ${status}; it may not be allowed to go there`;
  return new Failure('unreachable', `the proxy ${proxy} opens no connection to ${host}: ${why}`, {
    host,
    retryable: status.startsWith('5'),
    cause,
  });
}

/** The error and what it came from; happy eyeballs collects several. */
function causes(error: unknown): Error[] {
  const found: Error[] = [];
  let at: unknown = error;
  for (let depth = 0; depth < 5 && at instanceof Error; depth++) {
    found.push(
      at,
      ...(at instanceof AggregateError ? (at.errors as unknown[]) : []).filter((one) => one instanceof Error),
    );
    at = at.cause;
  }
  return found;
}

/** Errors of connecting say where to: by address and port, or by a name that is not known. */
function isAbout(error: Error, proxy: URL): boolean {
  const port = Number(proxy.port === '' ? (proxy.protocol === 'https:' ? 443 : 80) : proxy.port);
  if ('port' in error && 'syscall' in error && error.syscall === 'connect') return error.port === port;
  return 'hostname' in error && error.hostname === proxy.hostname;
}

function code(error: Error): unknown {
  return 'code' in error ? error.code : error.name;
}
