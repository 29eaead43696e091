import type { RunEvent, RunListener } from '../run/events.ts';
import type { CliContext } from './context.ts';
import { count } from './problems.ts';

/**
 * One line on a terminal that tells how far long work is, written over itself and wiped at the end. Nothing where nobody
 * looks: standard error is no terminal.
 */
export function progress(context: CliContext): { readonly listen: RunListener; readonly end: () => void } {
  if (!context.errors.isTerminal) return { listen: () => {}, end: () => {} };
  let scanned = 0;
  let shown = false;
  const show = (text: string): void => {
    shown = true;
    context.errors.write(`\r\u001B[K${text}`);
  };
  const listen = (event: RunEvent): void => {
    if (event.kind === 'run-started') show(`${event.repository}: fetching`);
    if (event.kind === 'synced') show(`${event.repository}: reading the tree`);
    if (event.kind === 'scanned' || event.kind === 'scan-failed') {
      scanned++;
      show(`${count(scanned, 'image')} scanned`);
    }
  };
  return { listen, end: () => void (shown && context.errors.write('\r\u001B[K')) };
}
