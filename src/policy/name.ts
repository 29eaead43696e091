const pattern = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;
const longest = 253;

/**
 * Policy, group and service names follow the names of Kubernetes objects, so that they fit into markers, branch names and URLs.
 * @returns what is wrong, or `undefined`
 */
export function checkName(name: string): string | undefined {
  if (name.length <= longest && pattern.test(name)) return undefined;
  return `"${name}" is no name; expected lower-case letters, digits, "-" and ".", a letter or digit at both ends, at most ${longest} characters`;
}
