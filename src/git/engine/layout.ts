import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { diskFailure, writeDurably } from './durable.ts';

/**
 * Makes the files of an empty bare repository, as `git init --bare` does. `ref` is what HEAD names.
 * @param write default: flushed to the disk
 * @throws Failure `disk`
 */
export function createLayout(
  path: string,
  ref: string,
  write: (path: string, text: string) => void = writeDurably,
): void {
  try {
    for (const folder of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags']) {
      mkdirSync(join(path, folder), { recursive: true });
    }
  } catch (error) {
    throw diskFailure(error, 'create', path);
  }
  write(join(path, 'config'), '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n');
  write(join(path, 'HEAD'), `ref: ${ref}\n`);
}
