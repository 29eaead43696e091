/** Port: makes the signature that goes into a commit's `gpgsig` header. */
export interface CommitSigner {
  /** @returns the armored signature, lines joined by `\n`, without a final newline. */
  sign(payload: Uint8Array): Promise<string>;
}
