import { afterEach, expect, it } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import type { Snapshot } from '../../src/git/repository.ts';
import { openWeb, tag, takeBack } from './orders.ts';
import type { Stage } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

const broken = new Failure('unreachable', 'git.test.invalid does not answer', { host: 'git.test.invalid' });
const concerned = {
  outcome: 'unchanged',
  plan: { problems: [{ code: 'repository-failed', message: `web elects nothing: ${broken.message}` }] },
};

type Reading = keyof Pick<Snapshot, 'history' | 'prepare' | 'prepareFiles' | 'at'>;

/** Without its log nothing of a repository is decided; anything else concerns who asked for it. */
it.each<[what: string, reading: Reading, expected: object]>([
  ['the log', 'history', { outcome: 'failed', failure: broken }],
  ['old folders', 'prepare', concerned],
  ['old files', 'prepareFiles', concerned],
  ['an old commit', 'at', concerned],
])(
  'a repository that does not give %s fails, and no image; the next run asks again',
  async (_, reading, expected) => {
    const on = (stage = await openWeb());
    await takeBack(on);
    on.push('web', '1.2.0');
    on.forget();
    let fails = true;
    const { repository } = on;
    on.ports = {
      ...on.ports,
      repository: {
        name: repository.name,
        publish: async (...given) => repository.publish(...given),
        close: async () => repository.close(),
        sync: async (signal) => {
          const snapshot = await repository.sync(signal);
          return new Proxy(snapshot, {
            get: (target, key) => {
              if (key === reading && fails) return async () => Promise.reject(broken);
              const value: unknown = Reflect.get(target, key);
              return typeof value === 'function' ? value.bind(target) : value;
            },
          });
        },
      },
    };
    expect(await on.run()).toMatchObject(expected);
    fails = false;
    expect((await on.run()).outcome).toBe('released');
    expect(await tag(on)).toBe('1.2.0');
  },
);
