import { paintDiff, type Style } from '../cli/style.ts';
import type { FieldRelease, RunEvent, RunListener } from '../run/events.ts';

/** Tells a person what happens: why this tag, the diff, the signed commit. */
export function narrator(write: (text: string) => void, style: Style): RunListener {
  return (event) => {
    const text = tell(event, style);
    if (text !== '') write(text);
  };
}

function tell(event: RunEvent, style: Style): string {
  switch (event.kind) {
    case 'released':
      return (
        `\n${event.releases.map((release) => tellRelease(release, style)).join('')}` +
        `${indent(paintDiff(event.diff.trimEnd(), style))}\n` +
        `  ${style.bold('commit')} ${event.commit} on ${event.branch}, signed\n`
      );
    case 'problem': {
      const { file, line, code, message } = event.problem;
      return `\n${style.yellow('problem')} ${file === undefined ? '' : `${file}:${line ?? 1}: `}${code}: ${message}\n`;
    }
    case 'run-failed':
      return `\n${style.red('failed')} ${event.message}\n`;
    case 'refused':
      return `\n${style.red('refused')} ${event.words}\n`;
    case 'scan-failed':
      return `\n${style.red('registry')} ${event.message}\n`;
    case 'run-started':
    case 'synced':
    case 'scanned':
    case 'raced':
    case 'run-finished':
      return '';
  }
}

function tellRelease(release: FieldRelease, style: Style): string {
  const { service, environment, from, to, policy, reason } = release;
  return (
    `${style.green('release')} ${style.bold(`${service} in ${environment}`)}: ${from} -> ${style.green(to)}\n` +
    `  ${style.bold('why')}    ${policy}: ${reason}\n`
  );
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
