import type { Person } from '../../release/log.ts';

/**
 * The message with a `Signed-off-by` line at its end, as `git commit --signoff` writes it: in the last paragraph where that is one of trailers (release records
 * are), else in one of its own. One that is there already stays the only one.
 */
export function signedOff(message: string, { name, email }: Person): string {
  const line = `Signed-off-by: ${name} <${email}>`;
  const body = message.trimEnd();
  const last = body.slice(body.lastIndexOf('\n\n') + 1).trim();
  const lines = last.split('\n');
  if (lines.includes(line)) return `${body}\n`;
  const isTrailers = body.includes('\n\n') && lines.every((text) => /^[A-Za-z][A-Za-z0-9-]*: /.test(text));
  return `${body}${isTrailers ? '\n' : '\n\n'}${line}\n`;
}
