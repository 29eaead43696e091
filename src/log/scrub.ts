/** Names of fields whose value is never written. */
export const secretKeys = [
  'authorization',
  'Authorization',
  'cookie',
  'password',
  'passphrase',
  'token',
  'secret',
  'privateKey',
] as const;

/**
 * Cuts what looks like a credential from a line of JSON: user info in URLs, and what follows `Basic` or `Bearer` and is no plain word. The last net, for words of servers
 * and libraries; our own messages hold none.
 */
export function scrub(line: string): string {
  return line
    .replaceAll(/:\/\/[^\s/"\\@?#]*(?:@[^\s/"\\@?#]*)*@/g, '://***@')
    .replaceAll(/\b([Bb]asic|[Bb]earer|BASIC|BEARER) +(?=[\w.~+/=-]*[A-Z0-9=])[\w.~+/=-]{8,}/g, '$1 ***');
}
