import { Failure } from '../../core/failure.ts';
import { readSshKey } from './ssh-key.ts';

/** One line of an `allowed_signers` file (ssh-keygen(1), ALLOWED SIGNERS). */
export interface AllowedSigner {
  readonly principals: string;
  /** Base64 of the key's wire form. */
  readonly key: string;
  /** Patterns; `undefined`: for everything. */
  readonly namespaces: readonly string[] | undefined;
  /** Milliseconds since the epoch. */
  readonly validAfter: number | undefined;
  readonly validBefore: number | undefined;
}

/**
 * Reads a file in the form of `allowed_signers`: principals, options, kind of key, key, comment.
 * @param source names the file in messages
 * @throws Failure `invalid-config` with the line: a line that is passed over would be a signer who is not trusted, and nobody knows why
 */
export function readAllowedSigners(text: string, source: string): readonly AllowedSigner[] {
  return text.split('\n').flatMap((line, index) => {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) return [];
    const read = readLine(content);
    if ('key' in read) return [read];
    throw new Failure('invalid-config', `${source}, line ${index + 1}: ${read.wrong}`);
  });
}

const expected = 'expected principals, options if there are any, the kind of the key, the key';

function readLine(line: string): AllowedSigner | { readonly wrong: string } {
  const fields = fieldsOf(line);
  if (fields === undefined) return { wrong: 'a quote is not closed' };
  const [principals = '', second = '', third = '', fourth = ''] = fields;
  const hasOptions = !isKind(second);
  const [kind, key] = hasOptions ? [third, fourth] : [second, third];
  if (!isKind(kind) || key === '') return { wrong: `this is no line of allowed signers; ${expected}` };
  const options = hasOptions ? readOptions(second) : none;
  if ('wrong' in options) return options;
  const blob = Buffer.from(key, 'base64');
  try {
    const { type } = readSshKey(blob);
    if (type !== kind) return { wrong: `the line says ${kind}, and its key is of the kind ${type}` };
  } catch (error) {
    return { wrong: `the key cannot be used: ${(error as Error).message}` };
  }
  return { ...options, principals: principals.replaceAll('"', ''), key: blob.toString('base64') };
}

type Options = Pick<AllowedSigner, 'namespaces' | 'validAfter' | 'validBefore'>;
const none: Options = { namespaces: undefined, validAfter: undefined, validBefore: undefined };

function readOptions(text: string): Options | { readonly wrong: string } {
  let options = none;
  const names = new Set<string>();
  let read = '';
  for (const [whole, name = '', quoted] of text.matchAll(/([^=,"]+)(?:="([^"]*)")?(?:,|$)/g)) {
    const value = quoted ?? '';
    read += whole;
    if (names.size === names.add(name.toLowerCase()).size)
      return { wrong: `the option ${name} stands twice; nobody knows which was meant` };
    switch (name.toLowerCase()) {
      case 'cert-authority':
        return { wrong: 'cert-authority is not supported; list the key of each signer itself' };
      case 'namespaces':
        options = { ...options, namespaces: value.split(',') };
        break;
      case 'valid-after':
      case 'valid-before': {
        const time = readTime(value);
        if (time === undefined)
          return { wrong: `${name} is no time; expected YYYYMMDD or YYYYMMDDHHMM[SS], and Z for UTC` };
        const key = name.toLowerCase() === 'valid-after' ? 'validAfter' : 'validBefore';
        options = { ...options, [key]: time };
        break;
      }
      default:
        return unknownOption;
    }
  }
  // What is passed over might have been a limit.
  return read === text ? options : unknownOption;
}

const unknownOption = {
  wrong:
    'the option is unknown; expected namespaces, valid-after or valid-before, each with a value in quotes',
};

/** Fields between blanks; quotes keep blanks together. `undefined` where a quote is not closed. */
function fieldsOf(line: string): readonly string[] | undefined {
  if (line.split('"').length % 2 === 0) return undefined;
  return line.match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
}

function isKind(text: string): boolean {
  return /^(?:ssh-|ecdsa-|sk-)[\w@.-]+$/.test(text);
}

/** In the time zone of this machine where it does not end in Z, as OpenSSH reads it. */
function readTime(text: string): number | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?(Z?)$/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part: string | undefined) => Number(part ?? 0));
  const parts = [year, month - 1, day, hour, minute, second] as const;
  const date = new Date(Date.UTC(...parts));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59)
    return undefined;
  return match[7] === 'Z' ? date.getTime() : new Date(...parts).getTime();
}
