import { open } from 'node:fs/promises';
import { Failure } from '../core/failure.ts';
import type { Environment, Secret } from './model.ts';

const largest = 65_536;

/**
 * The present value of a secret, read anew at each call, so that a change takes effect without a restart (product.md, 2.5). One final newline
 * is removed.
 * @throws Failure `invalid-config` that names the variable or file, never its content: it is not there, empty, over 64 KiB or no UTF-8 text.
 */
export async function readSecret(secret: Secret, env: Environment): Promise<string> {
  const value = 'env' in secret ? fromEnvironment(secret.env, env) : await fromFile(secret.file);
  const text = value.replace(/\r?\n$/, '');
  if (text === '') throw new Failure('invalid-config', `the secret in ${describeSecret(secret)} is empty`);
  return text;
}

/** `environment variable NAME`, `file PATH`: for messages. */
export function describeSecret(secret: Secret): string {
  return 'env' in secret ? `environment variable ${secret.env}` : `file ${secret.file}`;
}

function fromEnvironment(name: string, env: Environment): string {
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value !== undefined) return value;
  throw new Failure(
    'invalid-config',
    `environment variable ${name} holds a secret and is not set; set it for this process`,
  );
}

async function fromFile(path: string): Promise<string> {
  return readConfigFile(path, 'the secret in', largest);
}

/** A text file that the configuration names; `what` names it in messages. @throws Failure `invalid-config` as `readSecret` */
export async function readConfigFile(path: string, what: string, limit: number): Promise<string> {
  try {
    const bytes = await readBounded(path, limit);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const why =
      error instanceof TypeError && !('syscall' in error) ? 'it is no UTF-8 text' : errorCode(error);
    throw new Failure('invalid-config', `cannot read ${what} file ${path}: ${why}`, { cause: error });
  }
}

async function readBounded(path: string, limit: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const buffer = new Uint8Array(limit + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length);
      length += bytesRead;
      if (bytesRead === 0) return buffer.subarray(0, length);
      if (length > limit) {
        throw new Failure('invalid-config', `file ${path} is over ${limit} bytes, which is too large here`);
      }
    }
  } finally {
    await file.close();
  }
}

function errorCode(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'permission denied';
  return code ?? 'reading failed';
}
