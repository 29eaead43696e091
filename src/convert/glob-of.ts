/**
 * The glob on a whole tag that matches what a regular expression matches anywhere in it, for expressions of plain text, `.*` and
 * anchors; `undefined` for all others.
 */
export function globOf(pattern: string): string | undefined {
  const body = pattern.replace(/^\^/, '').replace(/\$$/, '');
  const open = pattern.startsWith('^') ? '' : '*';
  const close = pattern.endsWith('$') ? '' : '*';
  let glob = '';
  for (const [piece] of body.matchAll(/\.\*|\\[.+-]|[\s\S]/g)) {
    if (piece === '.*') glob += '*';
    else if (piece.length === 2) glob += piece.slice(1);
    else if (/[A-Za-z0-9_-]/.test(piece)) glob += piece;
    else return undefined;
  }
  const whole = `${open}${glob}${close}`.replace(/\*{2,}/g, '*');
  return whole === '' ? undefined : whole;
}
