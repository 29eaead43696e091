/** Whether the first `length` items are equal; by default all of them. */
export function areEqual<Item>(
  a: readonly Item[],
  b: readonly Item[],
  length: number = Math.max(a.length, b.length),
): boolean {
  for (let at = 0; at < length; at++) if (a[at] !== b[at]) return false;
  return true;
}
