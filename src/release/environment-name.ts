/** What a field of several environments is recorded under: `prod+staging`. A name in tallyman.yaml has no `+` in it. */
export function joinEnvironmentNames(names: readonly string[]): string {
  return names.join('+');
}

/** The environments that a record, a plan or an order names; none for the empty text. */
export function environmentNames(joined: string): readonly string[] {
  return joined === '' ? [] : joined.split('+');
}
