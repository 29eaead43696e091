/**
 * One spelling for the host keys that people and tools write: `https://index.docker.io/v1/`, `ghcr.io`, `localhost:5000`,
 * `https://quay.io`. Docker Hub's many names become `docker.io`; a default port of the scheme that is written goes.
 */
export function canonicalHost(key: string): string {
  const scheme = /^(https?):\/\//i.exec(key.trim())?.[1]?.toLowerCase();
  const bare = key.trim().replace(/^https?:\/\//i, '');
  const host = (bare.split('/')[0] ?? '').toLowerCase();
  const plain =
    scheme === 'https' ? host.replace(/:443$/, '') : scheme === 'http' ? host.replace(/:80$/, '') : host;
  return hubHosts.has(plain) ? 'docker.io' : plain;
}

const hubHosts = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']);
