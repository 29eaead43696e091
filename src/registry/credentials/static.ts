import type { CredentialSource, RegistryCredentials } from '../ports.ts';
import { canonicalHost } from './host.ts';

/**
 * Credentials that are written down by host, as in the registries of tallyman.yaml. `read` is called each time, so that a rotated secret counts
 * at once. Hosts in any usual spelling.
 */
export function staticCredentials(
  byHost: ReadonlyMap<string, () => Promise<RegistryCredentials>>,
): CredentialSource {
  const canonical = new Map([...byHost].map(([host, read]) => [canonicalHost(host), read]));
  return { credentials: async (host) => canonical.get(canonicalHost(host))?.() };
}

/** Asks several sources in order; the first that knows the host answers. A source that fails stops the asking. */
export function firstCredentials(sources: readonly CredentialSource[]): CredentialSource {
  return {
    credentials: async (host) => {
      for (const source of sources) {
        const found = await source.credentials(host);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}
