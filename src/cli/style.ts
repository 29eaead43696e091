/** Colours for people; without a terminal every function gives its text back. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** NO_COLOR (any value) turns colours off, FORCE_COLOR (any value but 0) on. */
export function styleFor(
  isTerminal: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): Style {
  const forced = environment['FORCE_COLOR'];
  const off = environment['NO_COLOR'] !== undefined && environment['NO_COLOR'] !== '';
  const on = forced !== undefined && forced !== '0' ? true : isTerminal && !off;
  const paint = (code: number, end: number) => (text: string) =>
    on ? `\u001B[${code}m${text}\u001B[${end}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}

/** Colours a unified diff line by line. */
export function paintDiff(diff: string, style: Style): string {
  return diff
    .split('\n')
    .map((line) => {
      if (line.startsWith('+++') || line.startsWith('---')) return style.bold(line);
      if (line.startsWith('@@')) return style.cyan(line);
      if (line.startsWith('+')) return style.green(line);
      return line.startsWith('-') ? style.red(line) : line;
    })
    .join('\n');
}
