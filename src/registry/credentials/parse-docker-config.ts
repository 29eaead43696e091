import { Failure } from '../../core/failure.ts';
import type { RegistryCredentials } from '../ports.ts';
import { canonicalHost } from './host.ts';

export interface DockerConfig {
  readonly auths: ReadonlyMap<string, RegistryCredentials>;
  /** `server`: the key as it is written, which is what the helper is asked for. */
  readonly helpers: ReadonlyMap<string, { readonly helper: string; readonly server: string }>;
  readonly store: string | undefined;
}

/**
 * Reads Docker's `config.json`: `auths`, `credHelpers` and `credsStore`; everything else in it is somebody else's. Where two keys name one
 * host the first counts.
 * @throws Failure `invalid-config` with the file and the key, never with a value
 */
export function parseDockerConfig(text: string, file: string): DockerConfig {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which holds passwords.
    throw invalid(file, 'is not valid JSON');
  }
  const config = record(parsed, file, 'the file');
  const auths = new Map<string, RegistryCredentials>();
  for (const [key, entry] of Object.entries(record(config['auths'] ?? {}, file, '"auths"'))) {
    const credentials = readAuth(record(entry, file, `"auths" of "${key}"`), file, key);
    const host = canonicalHost(key);
    if (credentials !== undefined && !auths.has(host)) auths.set(host, credentials);
  }
  const helpers = new Map<string, { helper: string; server: string }>();
  for (const [server, helper] of Object.entries(record(config['credHelpers'] ?? {}, file, '"credHelpers"'))) {
    const host = canonicalHost(server);
    if (!helpers.has(host))
      helpers.set(host, { helper: helperName(helper, file, `"credHelpers" of "${server}"`), server });
  }
  const store = config['credsStore'] ?? '';
  return { auths, helpers, store: store === '' ? undefined : helperName(store, file, '"credsStore"') };
}

function readAuth(
  entry: Readonly<Record<string, unknown>>,
  file: string,
  key: string,
): RegistryCredentials | undefined {
  const { auth = '', identitytoken = '', password = '', username = '' } = entry;
  for (const value of [auth, identitytoken, password, username]) {
    if (typeof value !== 'string')
      throw invalid(file, `has an entry in "auths" of "${key}" that is not text`);
  }
  if (identitytoken !== '') return { identityToken: String(identitytoken) };
  if (auth === '') {
    // An entry without anything says that the credentials are in the credsStore.
    return username === '' ? undefined : { username: String(username), password: String(password) };
  }
  const decoded = Buffer.from(String(auth), 'base64').toString();
  const colon = decoded.indexOf(':');
  if (colon < 1 || !/^[\w+/=-]+$/.test(String(auth))) {
    throw invalid(file, `has an "auth" of "${key}" that is not user:password in base64`);
  }
  // Docker itself pads passwords with NUL.
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1).replace(/\0+$/, '') };
}

function helperName(value: unknown, file: string, where: string): string {
  if (typeof value === 'string' && /^[A-Za-z0-9][\w.-]{0,63}$/.test(value)) return value;
  throw invalid(file, `has ${where} that is no name of a credential helper (docker-credential-NAME)`);
}

function record(value: unknown, file: string, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw invalid(file, `has ${where} that is not an object`);
}

function invalid(file: string, words: string): Failure {
  return new Failure('invalid-config', `${file} ${words}; it should be Docker's config.json`, { file });
}
