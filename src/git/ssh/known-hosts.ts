import { createHmac, timingSafeEqual } from 'node:crypto';
import { fingerprint } from '../signing/ssh-public-key.ts';

/** What one line of a `known_hosts` file says (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
export interface KnownHost {
  /** Counted from 1. */
  readonly line: number;
  readonly marker: 'cert-authority' | 'revoked' | undefined;
  readonly matches: (host: string) => boolean;
  readonly key: HostKey;
}

export interface HostKey {
  /** `ssh-ed25519`, as the key itself says. */
  readonly type: string;
  /** Wire form. */
  readonly blob: Buffer;
}

export interface KnownHosts {
  readonly entries: readonly KnownHost[];
  /** Numbers of lines that are neither empty nor comments, and cannot be read. */
  readonly unreadable: readonly number[];
}

export type HostVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'revoked'; readonly by: KnownHost }
  /** The host is there with other keys. */
  | { readonly kind: 'changed'; readonly expected: readonly KnownHost[] }
  /** `authorities`: certificates would be trusted for this host, and plain keys are not. */
  | { readonly kind: 'unknown'; readonly authorities: readonly KnownHost[] };

/** Reads hashed and plain entries, `[host]:port`, wildcards, negations and markers, in linear time. Lines that cannot be read are counted. */
export function parseKnownHosts(text: string): KnownHosts {
  const entries: KnownHost[] = [];
  const unreadable: number[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const written = raw.trim();
    if (written === '' || written.startsWith('#')) continue;
    const entry = parseLine(written, index + 1);
    if (entry === undefined) unreadable.push(index + 1);
    else entries.push(entry);
  }
  return { entries, unreadable };
}

/** The name under which `known_hosts` has a host: with its port where it is not 22. Lower case, as host names are compared. */
export function knownHostName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** A revoked key is refused whatever else is there; then one plain entry with this very key is enough. */
export function judgeHostKey({ entries }: KnownHosts, name: string, blob: Uint8Array): HostVerdict {
  const ours = entries.filter((entry) => entry.matches(name));
  const same = ({ key }: KnownHost): boolean => key.blob.equals(blob);
  const by = ours.find((entry) => entry.marker === 'revoked' && same(entry));
  if (by !== undefined) return { kind: 'revoked', by };
  const plain = ours.filter(({ marker }) => marker === undefined);
  if (plain.some(same)) return { kind: 'known' };
  if (plain.length > 0) return { kind: 'changed', expected: plain };
  return { kind: 'unknown', authorities: ours.filter(({ marker }) => marker === 'cert-authority') };
}

/** The kinds of keys that are known of a host: a server is asked for one of these first, so that having several is no change. */
export function knownKeyTypes({ entries }: KnownHosts, name: string): readonly string[] {
  const plain = entries.filter((entry) => entry.marker === undefined && entry.matches(name));
  return [...new Set(plain.map(({ key }) => key.type))];
}

/** `ssh-ed25519 SHA256:...`, as `ssh-keygen -l` and hosts' own pages show it. */
export function describeHostKey(blob: Uint8Array): string {
  return `${blobType(blob) ?? 'a key'} ${fingerprint(blob)}`;
}

function parseLine(written: string, line: number): KnownHost | undefined {
  const words = written.split(/[ \t]+/);
  const marker = words[0]?.startsWith('@') === true ? markers.get(words.shift() ?? '') : null;
  const [hosts = '', type = '', base64 = ''] = words;
  if (marker === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const blob = Buffer.from(base64, 'base64');
  const matches = hostMatcher(hosts);
  if (matches === undefined || blobType(blob) !== type) return undefined;
  return { line, marker: marker ?? undefined, matches, key: { type, blob } };
}

const markers: ReadonlyMap<string, 'cert-authority' | 'revoked'> = new Map([
  ['@cert-authority', 'cert-authority'],
  ['@revoked', 'revoked'],
]);

/** The name of its kind, with which a key's wire form begins (RFC 4253, 6.6). */
function blobType(blob: Uint8Array): string | undefined {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  if (bytes.length < 4) return undefined;
  const length = bytes.readUInt32BE(0);
  if (length > 64 || bytes.length < 4 + length) return undefined;
  const type = bytes.toString('latin1', 4, 4 + length);
  return /^[\w@.-]+$/.test(type) ? type : undefined;
}

function hostMatcher(hosts: string): ((name: string) => boolean) | undefined {
  if (hosts.startsWith('|')) return hashedMatcher(hosts);
  const patterns = hosts
    .toLowerCase()
    .split(',')
    .filter((pattern) => pattern !== '');
  if (patterns.length === 0) return undefined;
  const refused = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!'));
  return (name) =>
    wanted.some((pattern) => matchesWildcards(pattern, name)) &&
    !refused.some((pattern) => matchesWildcards(pattern, name));
}

/** `|1|salt|HMAC-SHA1 of the name`, both in base64. */
function hashedMatcher(hosts: string): ((name: string) => boolean) | undefined {
  const match = /^\|1\|([A-Za-z0-9+/]+=*)\|([A-Za-z0-9+/]+=*)$/.exec(hosts);
  if (match === null) return undefined;
  const [, salt = '', expected = ''] = match;
  const digest = Buffer.from(expected, 'base64');
  if (digest.length !== 20) return undefined;
  const key = Buffer.from(salt, 'base64');
  return (name) => timingSafeEqual(createHmac('sha1', key).update(name).digest(), digest);
}

/** `*` is any run of characters, `?` any one. Greedy with one point to go back to: no more steps than the product of both lengths. */
function matchesWildcards(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let index = 0; index < text.length;) {
    const wanted = pattern[at];
    if (wanted === '*') {
      star = at++;
      resume = index;
    } else if (wanted === '?' || (wanted !== undefined && wanted === text[index])) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
