import { compileGlob } from '../../core/glob.ts';
import { fingerprint } from '../signing/ssh-public-key.ts';
import type { Verdict } from '../verifier.ts';
import type { AllowedSigner } from './allowed-signers.ts';
import type { SignedCommit } from './signed-commit.ts';
import { isGoodSshSignature, readSshSignature, type SshSignature } from './ssh-signature.ts';

/** What git signs for (`gpg.format = ssh`). */
const namespace = 'git';

/**
 * Judges a signature as `git verify-commit` does by `gpg.ssh.allowedSignersFile`: the key must be listed for the namespace, and valid at the
 * time that the commit tells.
 * @param own the key of our own commits, as a line of `allowed_signers` has it: kind and key
 */
export function sshVerdict(
  commit: SignedCommit,
  allowed: readonly AllowedSigner[],
  own: string | undefined,
): Verdict {
  let signature: SshSignature;
  try {
    signature = readSshSignature(commit.signature);
    if (!isGoodSshSignature(signature, commit.payload))
      return no('carries a signature that does not fit it: the commit is not what was signed');
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return no(`carries an SSH signature that cannot be checked: ${error.message}`);
  }
  const shown = fingerprint(signature.publicKey);
  if (signature.namespace !== namespace)
    return no(`carries a signature by ${shown} that was made for something else than git`);
  const key = signature.publicKey.toString('base64');
  const isOwn = own?.split(' ')[1] === key;
  const lines = allowed.filter((line) => line.key === key);
  const refused = lines.map((line) => whyNot(line, commit.committedAt));
  const good = refused.indexOf(undefined);
  const listed = good >= 0;
  if (isOwn) return { trusted: true, by: `our own key ${shown}`, own: true, listed };
  if (listed) return { trusted: true, by: lines[good]?.principals ?? shown, own: false, listed };
  if (lines.length === 0) return no(`is signed by the key ${shown}, which is not among the trusted signers`);
  return no(`is signed by the key ${shown} of ${lines[0]?.principals ?? ''}, ${refused[0] ?? ''}`);
}

function whyNot({ namespaces, validAfter, validBefore }: AllowedSigner, at: number): string | undefined {
  if (namespaces !== undefined && !isListed(namespaces))
    return 'which is trusted for other namespaces than git';
  if (validAfter !== undefined && at < validAfter) return `which is valid only from ${when(validAfter)} on`;
  if (validBefore !== undefined && at >= validBefore) return `which was valid until ${when(validBefore)}`;
  return undefined;
}

/** A list of patterns as OpenSSH reads it: what begins with ! takes out. */
function isListed(patterns: readonly string[]): boolean {
  if (patterns.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1)))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && matches(pattern));
}

function matches(pattern: string): boolean {
  const glob = compileGlob(pattern, 'tag');
  return !('error' in glob) && glob.matches(namespace);
}

function when(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

function no(why: string): Verdict {
  return { trusted: false, why };
}
