import { Failure } from '../../core/failure.ts';
import { redactUrl } from '../../net/redact.ts';

/** Who may be told the credentials of which registry, and which hosts may be talked to without TLS. */
export interface RealmRules {
  /** `host` or `host:port`, plain http. */
  readonly insecureHosts: ReadonlySet<string>;
  /** By registry host: further hosts (`name` or `name:port`) of its token service. Configured by the operator, never by a registry. */
  readonly tokenHosts: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Checks the token service that a registry names. A registry's word alone never sends a password anywhere (product.md, 7):
 *
 * 1. The realm is https, or plain http at a host that is configured as insecure.
 * 2. Without credentials any such realm may be asked: nothing of ours goes there.
 * 3. With credentials the realm must be at the registry's own host name (any port over https, the same port over plain http), at a token
 *    service that is known to belong to it (below), or at a host of `tokenHosts`. "The same parent domain" is deliberately not enough:
 *    `a.azurecr.io` and `b.azurecr.io` belong to different people.
 *
 * @throws Failure `bad-answer` (1) or `auth-failed` (3)
 */
export function checkRealm(
  realm: string,
  registry: { readonly host: string; readonly base: URL },
  withCredentials: boolean,
  rules: RealmRules,
): URL {
  const { host } = registry;
  const url = URL.parse(realm);
  if (
    url === null ||
    (url.protocol !== 'https:' && url.protocol !== 'http:') ||
    url.username + url.password !== ''
  ) {
    throw new Failure('bad-answer', `${host} names a token service whose address cannot be used`, { host });
  }
  if (url.protocol === 'http:' && !rules.insecureHosts.has(url.host)) {
    throw new Failure(
      'bad-answer',
      `${host} names a token service without TLS (${redactUrl(url)}); this is not followed, unless that host is configured as insecure`,
      { host },
    );
  }
  if (withCredentials && !belongs(url, registry, rules)) {
    throw new Failure(
      'auth-failed',
      `${host} wants its credentials sent to ${redactUrl(url)}, another host; nothing was sent. ` +
        `If that is its token service, list "${url.host}" among the token hosts of ${host}`,
      { host },
    );
  }
  return url;
}

/** Public registries whose token service has another name than they. */
const knownTokenHosts: ReadonlyMap<string, string> = new Map([
  ['docker.io', 'auth.docker.io'],
  ['registry.gitlab.com', 'gitlab.com'],
  ['registry.digitalocean.com', 'api.digitalocean.com'],
]);

function belongs(
  realm: URL,
  registry: { readonly host: string; readonly base: URL },
  rules: RealmRules,
): boolean {
  if (realm.origin === registry.base.origin) return true;
  const allowed = rules.tokenHosts.get(registry.host);
  if (allowed?.has(realm.host) === true || allowed?.has(realm.hostname) === true) return true;
  if (realm.protocol !== 'https:') return false;
  return realm.hostname === registry.base.hostname || realm.host === knownTokenHosts.get(registry.host);
}
