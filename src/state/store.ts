/**
 * Port: what is worth keeping between runs. Losing it may delay a release, never cause or change one. Values are
 * plain JSON text.
 */
export interface StateStore {
  /** Many keys at once; keys that are not there are absent from the answer. */
  get(space: string, keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  set(space: string, entries: ReadonlyMap<string, string>): Promise<void>;
  close(): Promise<void>;
}
