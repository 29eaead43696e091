import { afterEach, expect, it } from 'vitest';
import { git } from '../git/git.ts';
import { makeCommit } from '../git/make-commit.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { lift, rollback } from './orders.ts';
import { Stage, titles } from './stage.ts';

/** What was taken back under policies without an order in the tags, where a run released in between (product.md, 6.2). */
let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

const file = 'prod/web.yaml';
const renamed = 'prod/front.yaml';
const begin = Date.parse('2026-11-21T09:00:00Z');

/** Tags `main-a`, `main-b`... made one after the other. */
async function openNewest(): Promise<Stage> {
  const opened = await Stage.open((image) => ({
    [file]: deployment('web', `${image('web')}:main-a`),
    'prod/policy.yaml': policyFile('web', image('web'), 'glob: "main-*"'),
  }));
  push(opened, 'main-a');
  return opened;
}

function push(on: Stage, tag: string): void {
  const created = begin + tag.charCodeAt(5) * 60_000;
  on.registry.registry.addImage({ repository: 'acme/web', tag, content: tag, created });
}

async function put(on: Stage, reference: string, at = file): Promise<void> {
  on.now += 90_000_000;
  const text = await on.file(at);
  await on.commit({ [at]: text.replace(/(acme\/web:)[^"]+/, `$1${reference}`) }, 'By hand\n');
}

async function rename(on: Stage): Promise<void> {
  const { commit } = await on.repository.sync();
  const files = { [file]: null, [renamed]: await on.file(file) };
  const moved = makeCommit(on.path, { files, message: 'Rename\n', parents: [commit], at: on.now });
  git(on.path, 'update-ref', 'refs/heads/main', moved, commit);
}

async function run(on: Stage): Promise<readonly string[]> {
  on.now += 90_000_000;
  on.forget();
  return titles(await on.run());
}

it('newest: what a person tried before a release of a run stays rejected, where both were taken back', async () => {
  const on = (stage = await openNewest());
  push(on, 'main-b');
  await put(on, 'main-b');
  push(on, 'main-c');
  expect(await run(on)).toEqual(['web']);
  await put(on, 'main-a');
  expect(await run(on)).toEqual([]);
  push(on, 'main-d');
  expect(await run(on)).toEqual(['web']);
});

it('newest: what was released under another name of the file stays rejected', async () => {
  const on = (stage = await openNewest());
  push(on, 'main-b');
  expect(await run(on)).toEqual(['web']);
  await rename(on);
  push(on, 'main-c');
  expect(await run(on)).toEqual(['web']);
  await put(on, 'main-a', renamed);
  expect(await run(on)).toEqual([]);
});

/** The tag `stable` at `one`, which was there from the beginning. */
async function openDigest(): Promise<{ readonly on: Stage; readonly point: (content: string) => string }> {
  const on = await Stage.open((image, add) => ({
    [file]: deployment('web', `${image('web')}:stable@${add('web', 'stable', 'one')}`),
    'prod/policy.yaml': policyFile('web', image('web'), 'digest: {tag: stable}'),
  }));
  const point = (content: string): string => {
    const image = { repository: 'acme/web', tag: 'stable', content, created: begin };
    return on.registry.registry.addImage(image).digest;
  };
  return { on, point };
}

it('digest: what a person left for a digest that stood there before is not put back', async () => {
  const { on, point } = await openDigest();
  stage = on;
  const two = point('two');
  await put(on, `stable@${two}`);
  await put(on, `stable@${point('three')}`);
  point('four');
  expect(await run(on)).toEqual(['web']);
  await put(on, `stable@${two}`);
  expect(await run(on)).toEqual([]);
  point('five');
  expect(await run(on)).toEqual(['web']);
});

it('digest: what a person left for a digest that never stood there is not put back', async () => {
  const { on, point } = await openDigest();
  stage = on;
  const older = point('older');
  const two = point('two');
  expect(await run(on)).toEqual(['web']);
  await put(on, `stable@${older}`);
  expect(await run(on)).toEqual([]);
  // What stood there before that, nobody took back.
  point('one');
  expect(await run(on)).toEqual(['web']);
  expect(await on.file(file)).not.toContain(two);
});

it('digest: of several that a person tried one after the other, none is put back', async () => {
  const { on, point } = await openDigest();
  stage = on;
  const [zero, two, three] = ['zero', 'two', 'three'].map((content) => point(content));
  for (const digest of [three, two, zero]) await put(on, `stable@${digest}`);
  expect(await run(on)).toEqual([]);
  point('two');
  expect(await run(on)).toEqual([]);
  point('four');
  expect(await run(on)).toEqual(['web']);
});

it('digest: what stood there at a lift is taken back by a rollback after it', async () => {
  const { on, point } = await openDigest();
  stage = on;
  point('two');
  expect(await run(on)).toEqual(['web']);
  await put(on, `stable@${point('three')}`);
  await lift(on, { policies: ['web'] });
  await rollback(on);
  expect(await run(on)).toEqual([]);
});

it('digest: what was rolled back stays so when a person tries yet another one', async () => {
  const { on, point } = await openDigest();
  stage = on;
  const other = point('other');
  point('two');
  expect(await run(on)).toEqual(['web']);
  await rollback(on);
  await put(on, `stable@${other}`);
  expect(await run(on)).toEqual([]);
});

it('digest: the tag may go back in the registry, after releases of runs alone', async () => {
  const { on, point } = await openDigest();
  stage = on;
  point('two');
  expect(await run(on)).toEqual(['web']);
  point('three');
  expect(await run(on)).toEqual(['web']);
  const two = point('two');
  expect(await run(on)).toEqual(['web']);
  expect(await on.file(file)).toContain(two);
});

const trips: readonly (readonly [trip: string, contents: readonly string[], renameAfter: number])[] = [
  ['there and back, twice', ['two', 'one', 'two', 'one'], -1],
  ['there and back over another one', ['two', 'three', 'two', 'three', 'one', 'two'], -1],
  ['back after a rename', ['two', 'one', 'two'], 0],
  ['there again after a rename', ['two', 'one', 'two'], 1],
];

it.each(trips)(
  'digest: the tag is followed wherever it goes, as nobody took anything back: %s',
  async (_, contents, after) => {
    const { on, point } = await openDigest();
    stage = on;
    for (const [step, content] of contents.entries()) {
      const digest = point(content);
      expect(await run(on)).toEqual(['web']);
      const now = after >= 0 && step > after ? renamed : file;
      expect(await on.file(now)).toContain(digest);
      if (step === after) await rename(on);
    }
  },
);

it('digest: what a person took back stays so, though the tag went on and back since', async () => {
  const { on, point } = await openDigest();
  stage = on;
  const one = /@(sha256:\w+)/.exec(await on.file(file))?.[1] ?? '';
  point('two');
  await run(on);
  await put(on, `stable@${one}`);
  for (const content of ['three', 'one']) {
    point(content);
    expect(await run(on)).toEqual(['web']);
  }
  point('two');
  expect(await run(on)).toEqual([]);
  // This one only a run left.
  point('three');
  expect(await run(on)).toEqual(['web']);
});
