import { validateDetailed } from 'node-cron';

/** Why node-cron cannot follow this expression of five fields; `undefined` where it can. */
export function whyNoCron(expression: string): string | undefined {
  const fields = expression.trim().split(/\s+/).length;
  if (fields !== 5) return `five fields are expected (minute, hour, day, month, weekday), not ${fields}`;
  const { valid, errors } = validateDetailed(expression);
  if (valid) return undefined;
  const [error] = errors;
  return error === undefined ? 'it cannot be read' : `${error.field}: ${error.message}`;
}
