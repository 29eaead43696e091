import type { ExitCode } from '../answer.ts';
import type { CliContext } from '../context.ts';
import { printFailure } from '../respond.ts';
import { resolve } from '../session.ts';
import { styleFor } from '../style.ts';
import { asFailure, failureExits } from '../../core/failure.ts';

interface DemoValues {
  readonly dir?: unknown;
  readonly once?: unknown;
}

/** `tallyman demo`: the whole loop on this machine; only the peers are embedded. */
export async function demoCommand(values: DemoValues, context: CliContext): Promise<ExitCode> {
  const stop = new AbortController();
  const release = context.onSignal(() => stop.abort());
  try {
    await context.wiring.demo({
      directory: resolve(String(values.dir), context),
      shownDirectory: String(values.dir),
      once: values.once === true,
      write: (text) => context.output.write(text),
      style: styleFor(context.output.isTerminal, context.environment),
      environment: context.environment,
      signal: stop.signal,
    });
    return 0;
  } catch (error) {
    const failure = asFailure(error);
    printFailure('demo', 'text', context, failure);
    return failureExits[failure.code];
  } finally {
    release();
  }
}
