import { Failure } from '../../core/failure.ts';

/** Where the API of one registry is. */
export interface Endpoint {
  /** As in image names: `docker.io`. */
  readonly host: string;
  /** Whose credentials are used: `host`, or the mirror's own where the API is at a mirror. */
  readonly credentialHost: string;
  /** Base of the API, without `/v2`. */
  readonly base: URL;
  /** The same as text, without a slash at its end. */
  readonly api: string;
}

export interface EndpointOptions {
  /** `host` or `host:port` that is spoken to by plain http. Everything else is https. */
  readonly insecureHosts: ReadonlySet<string>;
  /** Base URL of the API by registry host, where it is elsewhere (a mirror). */
  readonly endpoints: ReadonlyMap<string, string>;
}

/** @throws Failure `invalid-config` where a configured address is no URL, or plain http at a host that is not configured as insecure */
export function endpointOf(host: string, options: EndpointOptions): Endpoint {
  const configured = options.endpoints.get(host);
  if (configured === undefined) {
    const apiHost = host === hub ? hubApi : host;
    const scheme = options.insecureHosts.has(host) ? 'http' : 'https';
    const base = URL.parse(`${scheme}://${apiHost}`);
    if (base === null) throw new Failure('invalid-config', `"${host}" is no registry host`, { host });
    return { host, credentialHost: host, base, api: withoutSlash(base) };
  }
  const base = URL.parse(configured);
  if (
    base === null ||
    (base.protocol !== 'https:' && base.protocol !== 'http:') ||
    base.username + base.password !== ''
  ) {
    throw new Failure(
      'invalid-config',
      `the endpoint of ${host} must be an https address without user name`,
      { host },
    );
  }
  if (base.protocol === 'http:' && !options.insecureHosts.has(base.host)) {
    throw new Failure(
      'invalid-config',
      `the endpoint of ${host} is plain http; say so by configuring ${base.host} as insecure, or use https`,
      { host },
    );
  }
  const credentialHost = base.host === hubApi ? hub : base.host;
  return { host, credentialHost, base, api: withoutSlash(base) };
}

const hub = 'docker.io';
const hubApi = 'registry-1.docker.io';

function withoutSlash(url: URL): string {
  return `${url.origin}${url.pathname}`.replace(/\/$/, '');
}
