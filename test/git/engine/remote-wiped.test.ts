import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { git } from '../git.ts';
import { contents, draft, files, Stage, start, web } from './remote-stage.ts';

/** A daemon outlives its state directory: whoever clears the disk does not ask it. */
it.each(['.', 'tallyman-lock', 'tallyman-history', 'refs'])(
  'a clone of which somebody deletes %s while it is in use serves on, and writes the same',
  async (what) => {
    await Stage.in(async (stage) => {
      const { repository } = stage.open();
      await (await repository.sync()).history(start);
      for (const version of [1, 2, 3]) {
        rmSync(join(stage.directory, what), { recursive: true, force: true });
        const text = `image: x:${version}\n`;
        stage.push(web, text);
        const base = await repository.sync();
        expect(await contents(base.tree)).toEqual({ ...files, [web]: text });
        expect((await base.history(start)).length).toBe(2 * version);
        const { kind } = await repository.publish(base, [draft('image: x:ours\n')]);
        expect(kind).toBe('pushed');
      }
      await repository.close();
      const later = stage.open();
      expect(await contents((await later.repository.sync()).tree)).toEqual({
        ...files,
        [web]: 'image: x:ours\n',
      });
      await later.repository.close();
    });
  },
);

it.each(['objects', 'objects/pack', 'refs/heads', 'tallyman-history'])(
  'a clone with a file in the place of %s is fetched anew',
  async (what) => {
    await Stage.in(async (stage) => {
      const one = stage.open();
      await one.repository.sync();
      await one.repository.close();
      rmSync(join(stage.directory, what), { recursive: true, force: true });
      writeFileSync(join(stage.directory, what), 'x');
      stage.push(web, 'image: x:1\n');
      const { repository } = stage.open();
      const work = async (): Promise<unknown> => {
        const base = await repository.sync();
        expect((await base.history(start)).length).toBe(2);
        return repository.publish(base, [draft('image: x:2\n')]);
      };
      const outcome = await work().catch(work);
      expect(outcome).toMatchObject({ kind: 'pushed' });
      await repository.close();
      expect(git(stage.directory, 'fsck', '--strict', '--no-dangling')).toBe('');
    });
  },
);
