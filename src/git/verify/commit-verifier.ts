import type { CommitVerifier, Verdict } from '../verifier.ts';
import { readAllowedSigners, type AllowedSigner } from './allowed-signers.ts';
import type { OpenPgpKeys } from './openpgp-verdict.ts';
import { readSignedCommit, type SignedCommit } from './signed-commit.ts';
import { sshVerdict } from './ssh-verdict.ts';

/** A text with what names it in messages. */
export interface NamedText {
  readonly text: string;
  readonly source: string;
}

export interface TrustedSigners {
  /** In the form of `allowed_signers`. Asked for at each commit, so that a change counts at once. */
  readonly allowedSigners: () => Promise<NamedText | undefined>;
  /** Armored public keys. As above. */
  readonly openPgpKeys: () => Promise<readonly NamedText[]>;
  /** The public key of our own commits, which need not be listed. */
  readonly ownKey: () => Promise<
    { readonly kind: 'ssh' | 'openpgp'; readonly publicKey: string } | undefined
  >;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Checks signatures of commits as native git does with `gpg.ssh.allowedSignersFile` and with gpg (product.md, 5). */
export function createCommitVerifier(signers: TrustedSigners): CommitVerifier {
  return new Verifier(signers);
}

class Verifier implements CommitVerifier {
  readonly #signers: TrustedSigners;
  #ssh: { readonly text: string; readonly lines: readonly AllowedSigner[] } | undefined;
  #openPgp: { readonly texts: string; readonly keys: OpenPgpKeys } | undefined;

  constructor(signers: TrustedSigners) {
    this.#signers = signers;
  }

  async verify(bytes: Uint8Array): Promise<Verdict> {
    const commit = readSignedCommit(bytes);
    if ('wrong' in commit) return { trusted: false, why: commit.wrong };
    const title = /^-----BEGIN ([A-Z ]{1,40})-----/.exec(commit.signature)?.[1];
    if (title === 'SSH SIGNATURE') return this.#verifySsh(commit);
    if (title === 'PGP SIGNATURE') return this.#verifyOpenPgp(commit);
    const kind = title === 'SIGNED MESSAGE' ? 'an X.509 signature' : 'a signature of an unknown kind';
    return { trusted: false, why: `carries ${kind}; SSH and OpenPGP are the ones that are checked` };
  }

  async #verifySsh(commit: SignedCommit): Promise<Verdict> {
    const file = await this.#signers.allowedSigners();
    const own = await this.#signers.ownKey();
    const text = file?.text ?? '';
    if (this.#ssh?.text !== text) this.#ssh = { text, lines: readAllowedSigners(text, file?.source ?? '') };
    return sshVerdict(commit, this.#ssh.lines, own?.kind === 'ssh' ? own.publicKey : undefined);
  }

  async #verifyOpenPgp(commit: SignedCommit): Promise<Verdict> {
    const { openPgpVerdict } = await import('./openpgp-verdict.ts');
    return openPgpVerdict(commit, await this.#keys(), this.#signers.now());
  }

  async #keys(): Promise<OpenPgpKeys> {
    const { mergeOpenPgpKeys, readOpenPgpKeys } = await import('./openpgp-verdict.ts');
    const files = await this.#signers.openPgpKeys();
    const own = await this.#signers.ownKey();
    const ownText = own?.kind === 'openpgp' ? own.publicKey : '';
    const texts = JSON.stringify([...files.map(({ text }) => text), ownText]);
    if (this.#openPgp?.texts === texts) return this.#openPgp.keys;
    const trusted = await Promise.all(files.map(({ text, source }) => readOpenPgpKeys(text, source)));
    const ours = ownText === '' ? [] : await readOpenPgpKeys(ownText, 'our own OpenPGP key');
    const all = await mergeOpenPgpKeys([...ours, ...trusted.flat()]);
    // Ours come first.
    const listed = new Set(trusted.flat().map((key) => key.getFingerprint()));
    const keys = { own: all.slice(0, ours.length), trusted: all.slice(ours.length), listed };
    this.#openPgp = { texts, keys };
    return this.#openPgp.keys;
  }
}
