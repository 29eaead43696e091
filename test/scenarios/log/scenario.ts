import type { Ledger } from '../ledger.ts';

/** What people do to a release log. */
export interface Scenario {
  readonly label: string;
  readonly files?: Parameters<typeof Ledger.open>[0];
  /** What people do, from `web:1.0.0` on. */
  readonly act: (ledger: Ledger) => Promise<void>;
  /** What `history` then tells. */
  readonly history: readonly string[];
  /** What a run would release then; the registry has 1.0.0, 1.1.0 and 1.2.0. */
  readonly next: string | null;
}

/** Two releases on a branch, and the branch `main` to merge them into. */
export async function pullRequest(on: Ledger): Promise<readonly [string, string]> {
  await on.git('switch', '--quiet', '--create', 'topic');
  const messages = [await on.release('1.0.0', '1.1.0'), await on.release('1.1.0', '1.2.0')] as const;
  await on.git('switch', '--quiet', 'main');
  return messages;
}
