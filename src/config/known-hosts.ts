import type { KnownHostsSource } from './model.ts';
import { readConfigFile } from './secret.ts';

/** Files of whole companies are large. */
const largest = 4 * 1_048_576;

/**
 * The known hosts as they are now, and where they stand, for messages.
 * @throws Failure `invalid-config` that names the file
 */
export async function readKnownHosts(
  known: KnownHostsSource,
): Promise<{ readonly text: string; readonly source: string }> {
  if ('entries' in known) return { text: known.entries.join('\n'), source: 'auth.ssh.knownHosts.entries' };
  return {
    text: await readConfigFile(known.file, 'the known hosts in', largest),
    source: `file ${known.file}`,
  };
}
