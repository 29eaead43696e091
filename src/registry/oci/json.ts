import { Failure } from '../../core/failure.ts';

/** An object of a peer's JSON; every value is still to be checked. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws Failure `bad-answer` where the text is no JSON object; `what` names it in the message */
export function parseObject(text: string, host: string, what: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Failure('bad-answer', `${host} answered ${what} that is not JSON`, { host });
  }
  if (!isObject(value))
    throw new Failure('bad-answer', `${host} answered ${what} that is not an object`, { host });
  return value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The entries whose value is text. */
export function textEntries(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
