/** Whether somebody who is trusted signed a commit. */
export type Verdict =
  /** `by` names the signer; `own`: by the key that signs our own commits; `listed`: by one that is among the trusted signers. */
  | { readonly trusted: true; readonly by: string; readonly own: boolean; readonly listed: boolean }
  /** `why` ends a sentence that names the commit: `carries no signature`. */
  | { readonly trusted: false; readonly why: string };

/** Port: judges signatures of commits by lists of trusted signers (product.md, 5: `verifyHead`). */
export interface CommitVerifier {
  /**
   * @param commit the bytes of the commit object
   * @throws Failure `invalid-config` where a list cannot be read
   */
  verify(commit: Uint8Array): Promise<Verdict>;
}
