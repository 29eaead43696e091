/**
 * Text from a repository or a registry, for a terminal: no control characters, so that it can neither move the cursor
 * nor end a line.
 */
export function clean(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return text.replace(/[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g, '\uFFFD');
}

/** A message on one line: what a server said in several keeps them apart by ` / `. */
export function cleanMessage(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.flatMap((line) => (line === '' ? [] : [clean(line)])).join(' / ');
}
