/** The other side of a connection, for messages. */
export interface Peer {
  /** `name:port`. */
  readonly host: string;
  /** The peer's words, cleaned (`cleanWords`) and without any secret of ours that it may echo. */
  words(text: string): string;
}

/**
 * A server's words, fit for messages and logs: progress lines that were overwritten by `\r`, terminal sequences, control and
 * invisible formatting characters are gone, lines are trimmed, empty ones dropped, at most 2,000 characters are left.
 */
export function cleanWords(text: string): string {
  const lines = text
    .slice(0, 4 * longest)
    .split('\n')
    .map((line) => cleanLine(line))
    .filter((line) => line !== '');
  const clean = lines.join('\n');
  return clean.length > longest ? `${clean.slice(0, longest).toWellFormed()}...` : clean;
}

const longest = 2000;
// Terminal control sequences: ESC [ ... letter, and ESC ] ... BEL. They are what is looked for.
// oxlint-disable-next-line no-control-regex
const terminal = /\u001B(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|.)/g;

function cleanLine(line: string): string {
  const shown = line.replace(/\r+$/, '').split('\r').pop() ?? '';
  return shown
    .replace(terminal, '')
    .replaceAll('\t', ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .trim();
}
