import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { contents, draft, files, Stage } from './remote-stage.ts';
import { git } from '../git.ts';
import { Failure } from '../../../src/core/failure.ts';

describe('faults', () => {
  it('throws a damaged clone away and fetches anew', async () => {
    await Stage.in(async (stage) => {
      const one = stage.open();
      await one.repository.sync();
      await one.repository.close();
      flipByteInPack(stage.directory);
      const { repository, transport } = stage.open();
      const read = async (): Promise<Record<string, string>> => contents((await repository.sync()).tree);
      const outcome = await read().catch((error: unknown) => (error instanceof Failure ? error.code : error));
      expect(['corrupt', files]).toContainEqual(outcome);
      expect(await read()).toEqual(files);
      expect(transport.calls.fetches.length).toBe(1);
      await repository.close();
    });
  });

  it.each([
    ['cut off', (pack: Buffer) => pack.subarray(0, pack.length - 100)],
    ['changed on the way', (pack: Buffer) => Buffer.from(pack).fill(7, 200, 201)],
    ['empty', () => Buffer.alloc(0)],
  ])('leaves nothing behind when the pack is %s', async (_, tamper) => {
    await Stage.in(async (stage) => {
      const bad = stage.open({ tamper });
      await expect(bad.repository.sync()).rejects.toMatchObject({
        code: expect.stringMatching(/corrupt|bad-answer/),
      });
      await bad.repository.close();
      expect(existsSync(join(stage.directory, 'refs/heads/main'))).toBe(false);
      const { repository } = stage.open();
      expect(await contents((await repository.sync()).tree)).toEqual(files);
      await repository.close();
    });
  });

  it('lets two processes share one clone', async () => {
    await Stage.in(async (stage) => {
      const [one, two] = [stage.open(), stage.open()];
      const [a, b] = await Promise.all([one.repository.sync(), two.repository.sync()]);
      expect(await contents(a.tree)).toEqual(await contents(b.tree));
      expect(one.transport.calls.fetches.length + two.transport.calls.fetches.length).toBe(1);
      const outcomes = await Promise.all([
        one.repository.publish(a, [draft('image: x:2\n')]),
        two.repository.publish(b, [draft('image: x:3\n')]),
      ]);
      expect(outcomes.map((outcome) => outcome.kind).sort()).toEqual(['pushed', 'raced']);
      expect(git(stage.directory, 'fsck', '--strict', '--no-dangling')).toBe('');
      await one.repository.close();
      await two.repository.close();
    });
  });
});

function flipByteInPack(directory: string): void {
  const folder = join(directory, 'objects/pack');
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.pack'))) {
    const bytes = readFileSync(join(folder, name));
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0x40;
    chmodSync(join(folder, name), 0o644);
    writeFileSync(join(folder, name), bytes);
  }
}
