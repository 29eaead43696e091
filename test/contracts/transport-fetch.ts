import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { CommitId } from '../../src/release/log.ts';
import { git, makeBare } from '../peers/git.ts';
import { collect, makeRepository, setRef, zero } from './git-fixture.ts';
import type { TransportStage, TransportTraits } from './transport.ts';

const main = 'refs/heads/main';

/** What every transport brings, judged by native git's `index-pack` and `fsck`. */
export function fetchContract(stage: TransportStage, { filters }: TransportTraits): void {
  let path: string;
  let commits: readonly CommitId[];
  const at = (index: number): CommitId => commits.at(index) ?? zero;
  beforeAll(async () => {
    ({ path, commits } = await makeRepository(stage.root(), 'fetch.git', 4));
  });

  it('brings everything', async () => {
    const answer = await stage
      .peer()
      .open('fetch.git')
      .fetch({ wants: [at(-1)], haves: [], shallow: [] });
    expect(answer).toMatchObject({ filtered: false, shallow: [], unshallow: [] });
    const judge = await makeJudge(stage);
    await accept(judge, await collect(answer.pack));
    await setRef(judge, main, at(-1));
    await git(judge, ['fsck', '--strict', '--full']);
    expect(await git(judge, ['rev-list', '--count', main])).toBe('4');
  });

  it('brings one commit by depth 1, then only what changed', async () => {
    const transport = stage.peer().open('fetch.git');
    const first = await transport.fetch({ wants: [at(-2)], haves: [], shallow: [], depth: 1 });
    expect(first.shallow).toEqual([at(-2)]);
    const judge = await makeJudge(stage);
    await accept(judge, await collect(first.pack));
    await writeFile(join(judge, 'shallow'), `${at(-2)}\n`);
    await setRef(judge, main, at(-2));
    await git(judge, ['fsck', '--strict', '--full']);
    const before = await objects(judge);

    const next = await transport.fetch({ wants: [at(-1)], haves: [at(-2)], shallow: [at(-2)], depth: 1 });
    const pack = await collect(next.pack);
    expect(next.shallow).toEqual([at(-1)]);
    await accept(judge, pack);
    await writeFile(join(judge, 'shallow'), `${at(-1)}\n`);
    await setRef(judge, main, at(-1));
    await git(judge, ['fsck', '--strict', '--full']);
    // A commit, three trees on the way to the file, the file.
    expect((await objects(judge)).length - before.length).toBe(5);
    expect(pack.readUInt32BE(8)).toBe(5);
  });

  it('brings what follows a shallow commit', async () => {
    const transport = stage.peer().open('fetch.git');
    const judge = await makeJudge(stage);
    const first = await transport.fetch({ wants: [at(-3)], haves: [], shallow: [], depth: 1 });
    await accept(judge, await collect(first.pack));
    await writeFile(join(judge, 'shallow'), `${at(-3)}\n`);
    const next = await transport.fetch({ wants: [at(-1)], haves: [at(-3)], shallow: [at(-3)] });
    await accept(judge, await collect(next.pack));
    await setRef(judge, main, at(-1));
    await git(judge, ['fsck', '--strict', '--full']);
    expect(await git(judge, ['rev-list', '--count', main])).toBe('3');
  });

  it('deepens by depth and by date, and tells where the edge is', async () => {
    const transport = stage.peer().open('fetch.git');
    const deeper = await transport.fetch({ wants: [at(-1)], haves: [], shallow: [at(-1)], depth: 2 });
    await collect(deeper.pack);
    expect(deeper).toMatchObject({ shallow: [at(-2)], unshallow: [at(-1)] });
    const since = (1_790_000_000 + 60) * 1000;
    const dated = await transport.fetch({ wants: [at(-1)], haves: [], shallow: [], since });
    const judge = await makeJudge(stage);
    await accept(judge, await collect(dated.pack));
    expect(dated.shallow).toEqual([at(1)]);
    expect((await objects(judge)).filter((line) => line.startsWith('commit'))).toHaveLength(3);
  });

  it('brings commits without trees where the server can, and says so', async () => {
    const answer = await stage
      .peer()
      .open('fetch.git')
      .fetch({ wants: [at(-1)], haves: [], shallow: [], filter: 'tree:0' });
    const judge = await makeJudge(stage);
    await git(judge, ['index-pack', '--stdin'], { input: await collect(answer.pack) });
    expect(answer.filtered).toBe(filters);
    const kinds = (await objects(judge)).map((line) => line.split(' ')[0]);
    expect(kinds.filter((kind) => kind === 'commit')).toHaveLength(4);
    expect(kinds.length === 4).toBe(filters);
  });

  it('brings trees without files where the server can, then the files that are asked for', async () => {
    const transport = stage.peer().open('fetch.git');
    const judge = await makeJudge(stage);
    const trees = await transport.fetch({
      wants: [at(-1)],
      haves: [],
      shallow: [],
      depth: 1,
      filter: 'blob:none',
    });
    await git(judge, ['index-pack', '--stdin'], { input: await collect(trees.pack) });
    expect((await objects(judge)).some((line) => line.startsWith('blob'))).toBe(!filters);
    const blobs = await git(path, ['ls-tree', '-r', '--format=%(objectname)', main]);
    const wants = blobs.split('\n').slice(0, 10);
    const answer = await transport.fetch({ wants, haves: [], shallow: [] });
    const other = await makeJudge(stage);
    await accept(other, await collect(answer.pack));
    expect(await objects(other)).toEqual(wants.map((id) => `blob ${id}`).sort());
  });

  it('asks for nothing where nothing is wanted', async () => {
    const answer = await stage
      .peer()
      .open('fetch.git')
      .fetch({ wants: [], haves: [at(-1)], shallow: [] });
    expect(await collect(answer.pack)).toHaveLength(0);
  });

  it('gives no object where everything is there', async () => {
    const answer = await stage
      .peer()
      .open('fetch.git')
      .fetch({ wants: [at(-1)], haves: [at(-1)], shallow: [] });
    expect((await collect(answer.pack)).readUInt32BE(8)).toBe(0);
  });

  it('says that the server does not have what is wanted', async () => {
    const wants = ['1'.repeat(40)];
    const asked = stage.peer().open('fetch.git').fetch({ wants, haves: [], shallow: [] });
    await expect(asked).rejects.toMatchObject({ code: 'not-found', retryable: true });
  });

  it('can be given up before, and in the middle of, the pack', async () => {
    const transport = stage.peer().open('fetch.git');
    const request = { wants: [at(-1)], haves: [], shallow: [] };
    for (const reads of [0, 1]) {
      const pack = (await transport.fetch(request)).pack[Symbol.asyncIterator]();
      for (let read = 0; read < reads; read++) await pack.next();
      await pack.return?.();
    }
    expect(await transport.listRefs([main])).toHaveLength(1);
  });
}

/** An empty repository in which native git checks packs. */
async function makeJudge(stage: TransportStage): Promise<string> {
  const path = join(stage.root(), `judge-${judges++}.git`);
  await makeBare(path);
  return path;
}

function accept(judge: string, pack: Buffer): Promise<string> {
  return git(judge, ['index-pack', '--stdin', '--fix-thin'], { input: pack });
}

async function objects(judge: string): Promise<string[]> {
  const format = '--batch-check=%(objecttype) %(objectname)';
  const listed = await git(judge, ['cat-file', '--batch-all-objects', format]);
  return listed.split('\n').filter((line) => line !== '');
}

let judges = 0;
