/** Puts items at the end of a list. `push(...items)` gives each as an argument, and a few hundred thousand of them are more than the stack holds. */
export function append<Item>(into: Item[], items: Iterable<Item>): void {
  for (const item of items) into.push(item);
}
