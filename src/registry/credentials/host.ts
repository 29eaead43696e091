/**
 * One spelling for the host keys that people and tools write: `https://index.docker.io/v1/`, `ghcr.io`, `localhost:5000`,
 * `https://quay.io`. Docker Hub's many names become `docker.io`; the default port of the scheme that is written goes. A key for a part of a
 * registry (`quay.io/team`) keeps its path, so that it is nobody's host.
 */
export function canonicalHost(key: string): string {
  const text = key.trim().toLowerCase();
  const scheme = /^(https?):\/\//.exec(text)?.[1];
  const bare = text.replace(/^https?:\/\//, '').replace(/(?:\/v[12])?\/?$/, '');
  const portless = scheme === 'https' ? /:443$/ : scheme === 'http' ? /:80$/ : undefined;
  const host = portless === undefined ? bare : bare.replace(portless, '');
  return hubHosts.has(host) ? 'docker.io' : host;
}

const hubHosts = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']);
