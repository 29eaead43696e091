import type { CommitId, LoggedCommit } from '../../src/release/log.ts';
import type { ReleaseRecord } from '../../src/release/model.ts';

/** A record with everything in it; `change` says what is different. */
export function record(change: Partial<ReleaseRecord> = {}): ReleaseRecord {
  return {
    branch: 'main',
    env: 'prod',
    policy: 'web',
    field: 'clusters/prod/web/deployment.yaml#/spec/template/spec/containers/0/image',
    image: 'ghcr.io/acme/web',
    from: '1.4.2',
    fromDigest: '',
    to: '1.5.0',
    digest: `sha256:${'ab'.repeat(32)}`,
    revision: 'c0ffee'.padEnd(40, '0'),
    intent: 'update',
    ...change,
  };
}

/** A commit with the id `name` repeated to 40 digits of its own; parents are named the same way. */
export function commit(
  name: string,
  parents: readonly string[] = [],
  message = name,
  committedAt = 0,
): LoggedCommit {
  const person = { name: 'Bot', email: 'bot@example.com' };
  return {
    id: commitId(name),
    parents: parents.map(commitId),
    author: person,
    authoredAt: committedAt,
    committer: person,
    committedAt,
    message,
  };
}

export function commitId(name: string): CommitId {
  const hex = Array.from(name, (character) => character.charCodeAt(0).toString(16)).join('');
  return hex.padStart(40, '0') as CommitId;
}
