import { Failure } from '../core/failure.ts';

/** What HTTP_PROXY, HTTPS_PROXY and NO_PROXY say. Empty text: none. */
export interface EnvironmentProxy {
  readonly http: string;
  readonly https: string;
  /** Hosts that are reached without it, separated by commas. */
  readonly except: string;
}

/** The address of a proxy, where it is one that can be used. As everywhere, `host:port` means `http://host:port`. */
export function readProxyAddress(text: string): URL | undefined {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  try {
    decodeURIComponent(url.username + url.password);
    return url;
  } catch {
    return undefined; // nobody could log in with it
  }
}

/**
 * The same, for use; empty text stays empty.
 * @param name where it stands: `HTTPS_PROXY`
 * @throws Failure `invalid-config`, which does not show it: it may hold a password
 */
export function proxyAddress(text: string, name: string): string {
  if (text === '') return '';
  const url = readProxyAddress(text);
  if (url !== undefined) return url.href;
  const words = `${name} holds no address of a proxy that can be used; write http://host:port (https:// works as well, SOCKS does not)`;
  throw new Failure('invalid-config', words);
}
