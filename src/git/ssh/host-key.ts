import { Failure } from '../../core/failure.ts';
import { describeHostKey, judgeHostKey, type KnownHost, type KnownHosts } from './known-hosts.ts';

export interface HostKeyCheck {
  /** For messages and as the failure's host. */
  readonly host: string;
  /** As `knownHostName` makes it. */
  readonly name: string;
  readonly known: KnownHosts;
  /** Where the known keys stand: `file PATH`, `tallyman.yaml`. */
  readonly source: string;
}

/**
 * Why a host's key is not taken, or `undefined` where it is known. A key that was never seen is refused like one that changed: nobody is
 * trusted on first use.
 */
export function hostKeyFailure(check: HostKeyCheck, blob: Uint8Array): Failure | undefined {
  const { host, known, name, source } = check;
  const verdict = judgeHostKey(known, name, blob);
  const shown = describeHostKey(blob);
  switch (verdict.kind) {
    case 'known':
      return undefined;
    case 'revoked':
      return refused(
        host,
        `${host} shows the host key ${shown}, which line ${verdict.by.line} of the known hosts (${source}) revokes; ` +
          'the connection was given up before anything was sent',
      );
    case 'changed':
      return refused(
        host,
        `the host key of ${host} is not the known one: it shows ${shown}, and the known hosts (${source}) expect ` +
          `${verdict.expected.map(describeEntry).join(' or ')}; somebody may stand in between, so nothing was sent. ` +
          'If the operator of the host confirms the new fingerprint, replace that line',
      );
    case 'unknown':
      return refused(
        host,
        `the host key of ${host} is not known: it shows ${shown}, and the known hosts (${source}) have no key for ${name}` +
          `${authorityWords(verdict.authorities)}${unreadableWords(known)}. ` +
          'Compare the fingerprint with the one that the operator of the host publishes, then add the line that ssh-keyscan prints for it',
      );
  }
}

function refused(host: string, words: string): Failure {
  return new Failure('unreachable', words, { host });
}

function describeEntry({ line, key }: KnownHost): string {
  return `${describeHostKey(key.blob)} (line ${line})`;
}

function authorityWords(authorities: readonly KnownHost[]): string {
  const [first] = authorities;
  if (first === undefined) return '';
  return ` (line ${first.line} trusts a certificate authority, and host certificates are not supported: the host's own key is needed)`;
}

function unreadableWords({ unreadable }: KnownHosts): string {
  if (unreadable.length === 0) return '';
  const shown = unreadable.slice(0, 5).join(', ');
  return ` (what cannot be read there: line ${shown}${unreadable.length > 5 ? ' and more' : ''})`;
}
