/** A glob of a tool in which nothing but `*` has a meaning, in the grammar of ours. */
export function starGlob(text: string): string {
  return text.replace(/[\\?[\]{}]/g, '\\$&');
}

/** A glob in the grammar of Go's `filepath.Match` (`*`, `?`, `[a-z]`, `[^a-z]`, a backslash), in the grammar of ours: braces, and a `!` in brackets, stand for themselves. */
export function pathMatchGlob(text: string): string {
  return text.replace(/\\.|\[!|[{}]/gs, (part) => {
    if (part.startsWith('\\')) return part;
    return part === '[!' ? '[\\!' : `\\${part}`;
  });
}
