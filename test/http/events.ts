import type { CommitId } from '../../src/release/log.ts';
import type { RunEvent } from '../../src/run/events.ts';

const repository = 'fleet';
const commit = 'c'.repeat(40) as CommitId;
const counts = { repository, ms: 250, problems: 0, policies: 3, bindings: 5, held: 2 };

/** One of each event of a run. */
export const events = {
  runStarted: { kind: 'run-started', repository },
  synced: { kind: 'synced', repository, commit, changed: true, ms: 20 },
  syncedUnchanged: { kind: 'synced', repository, commit, changed: false, ms: 20 },
  scanned: { kind: 'scanned', image: 'ghcr.io/acme/web', host: 'ghcr.io', tags: 42, ms: 100 },
  scanFailed: {
    kind: 'scan-failed',
    image: 'ghcr.io/acme/api',
    host: 'ghcr.io',
    code: 'timeout',
    message: 'no answer',
  },
  problem: {
    kind: 'problem',
    repository,
    problem: {
      code: 'bad-policy',
      message: 'unknown key',
      file: 'web.yaml',
      line: 2,
      column: 3,
      policy: 'web',
    },
  },
  released: {
    kind: 'released',
    repository,
    branch: 'main',
    commit,
    releases: [
      {
        policy: 'web',
        service: 'web',
        environment: 'prod',
        field: 'a.yaml#/spec',
        file: 'a.yaml',
        line: 3,
        image: 'ghcr.io/acme/web',
        from: '1.0.0',
        fromDigest: '',
        to: '1.1.0',
        digest: '',
        reason: 'newest in range',
      },
    ],
    diff: 'a long diff',
    message: 'release(web): 1.0.0 -> 1.1.0',
  },
  raced: { kind: 'raced', repository, attempt: 1 },
  refused: { kind: 'refused', repository, words: 'protected branch' },
  runFailed: { kind: 'run-failed', repository, code: 'timeout', message: 'no answer' },
  unchanged: { kind: 'run-finished', outcome: 'unchanged', ...counts },
  finished: { kind: 'run-finished', outcome: 'released', ...counts },
  stopped: { kind: 'run-finished', outcome: 'stopped', ...counts },
  failed: { kind: 'run-finished', outcome: 'failed', ...counts },
} as const satisfies Record<string, RunEvent>;
