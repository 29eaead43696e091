import { asFailure, failureExits, type Failure } from '../core/failure.ts';
import type { Answer, ExitCode } from './answer.ts';
import { clean } from './clean.ts';
import type { CliContext } from './context.ts';
import { styleFor } from './style.ts';

export type OutputFormat = 'text' | 'json';

/**
 * Runs a command and prints what it gives. With `json`, standard output is always exactly one document, also on failure (product.md, 10).
 */
export async function respond(
  command: string,
  format: OutputFormat,
  context: CliContext,
  run: () => Promise<Answer>,
): Promise<ExitCode> {
  try {
    const answer = await run();
    await print(command, format, context, answer);
    return answer.exit;
  } catch (error) {
    const failure = asFailure(error);
    printFailure(command, format, context, failure);
    return failureExits[failure.code];
  }
}

async function print(
  command: string,
  format: OutputFormat,
  context: CliContext,
  answer: Answer,
): Promise<void> {
  if (format === 'json') {
    writeDocument(context, { schema: schemaOf(command), ...answer.json });
    return;
  }
  context.output.write(await answer.text(styleFor(context.output.isTerminal, context.environment)));
  for (const note of answer.notes ?? []) context.errors.write(`${note}\n`);
}

export function printFailure(
  command: string,
  format: OutputFormat,
  context: CliContext,
  failure: Failure,
): void {
  const { code, message, file, line, column, host } = failure;
  if (format === 'json') {
    writeDocument(context, { schema: schemaOf(command), error: { code, message, file, line, column, host } });
    return;
  }
  const style = styleFor(context.errors.isTerminal, context.environment);
  const lines = message.split('\n').map((text) => clean(text));
  context.errors.write(`${style.red('error')}: ${lines.join('\n  ')}\n`);
  // A bug of ours: the place in the code is what a report needs.
  if (code === 'internal' && failure.cause instanceof Error)
    context.errors.write(`${failure.cause.stack ?? ''}\n`);
}

function writeDocument(context: CliContext, document: Readonly<Record<string, unknown>>): void {
  context.output.write(`${JSON.stringify(document, undefined, 2)}\n`);
}

function schemaOf(command: string): string {
  return `tallyman.dev/${command}/v1`;
}
