/** A template in the syntax of Go's `regexp.Expand`, read once: literal text, and groups by number or name. */
export type Template = readonly (string | { readonly group: number | string })[];

const reference = /\$(?:\$|\{(\w+)\}|(\w+))/g;

/**
 * `$1`, `${1}`, `$name`, `${name}`, and `$$` for a dollar. A name is as long as it can be: `$1x` is the group named `1x`,
 * so write `${1}x`. A dollar before anything else is a dollar.
 */
export function parseTemplate(text: string): Template {
  const parts: (string | { readonly group: number | string })[] = [];
  let last = 0;
  for (const match of text.matchAll(reference)) {
    if (match.index > last) parts.push(text.slice(last, match.index));
    const name = match[1] ?? match[2];
    parts.push(name === undefined ? '$' : { group: /^(?:0|[1-9]\d{0,7})$/.test(name) ? Number(name) : name });
    last = match.index + match[0].length;
  }
  if (last < text.length) parts.push(text.slice(last));
  return parts;
}

/** A group that took no part in the match gives nothing, as in Go. Groups are numbered here. */
export function expand(
  template: readonly (string | { readonly group: number })[],
  groups: readonly (string | null | undefined)[],
): string {
  const [only] = template;
  if (template.length === 1 && typeof only === 'object') return groups[only.group] ?? '';
  return template.map((part) => (typeof part === 'string' ? part : (groups[part.group] ?? ''))).join('');
}
