import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../../src/core/failure.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/model.ts';

/** A folder for configuration files, gone after `use`. */
export async function withFolder<Value>(use: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), 'tallyman-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Loads `text` as a tallyman.yaml; the folder stands as `/etc/tallyman` in the answer. */
export function load(text: string | Uint8Array): Promise<Config> {
  return withFolder(async (folder) => {
    const path = join(folder, 'tallyman.yaml');
    await writeFile(path, text);
    const config = await loadConfig(path);
    return JSON.parse(JSON.stringify(config).replaceAll(folder, '/etc/tallyman')) as Config;
  });
}

/** What is wrong with `text`: the lines of the message, without the path of the file, and where the failure stands. */
export async function wrongs(
  text: string | Uint8Array,
): Promise<{ lines: string[]; line: unknown; column: unknown }> {
  return withFolder(async (folder) => {
    const path = join(folder, 'tallyman.yaml');
    await writeFile(path, text);
    const failure = await loadConfig(path).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!(failure instanceof Failure) || failure.code !== 'invalid-config')
      throw new Error('not refused', { cause: failure });
    const lines = failure.message.replaceAll(`${path}:`, '').replaceAll(path, 'FILE').split('\n');
    return { lines, line: failure.line, column: failure.column };
  });
}
