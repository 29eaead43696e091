import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { diskFailure, writeDurably } from './durable.ts';

/** Makes the files of an empty bare repository, as `git init --bare` does. `ref` is what HEAD names. @throws Failure `disk` */
export function createLayout(path: string, ref: string): void {
  try {
    for (const folder of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags']) {
      mkdirSync(join(path, folder), { recursive: true });
    }
  } catch (error) {
    throw diskFailure(error, 'create', path);
  }
  writeDurably(
    join(path, 'config'),
    '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n',
  );
  writeDurably(join(path, 'HEAD'), `ref: ${ref}\n`);
}
