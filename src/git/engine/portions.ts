/** Objects that are asked for in one request: servers read it line by line. */
const wantsAtOnce = 5_000;

/** The items in portions that keep a request small. */
export function* portions<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += wantsAtOnce) yield items.slice(at, at + wantsAtOnce);
}
