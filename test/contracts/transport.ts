import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import type { Transport } from '../../src/git/transport.ts';
import { git, makeBare } from '../peers/git.ts';
import { makeRepository, preparePush, setRef, zero } from './git-fixture.ts';
import { fetchContract } from './transport-fetch.ts';
import { pushContract } from './transport-push.ts';

/** A server, or none, that serves the bare repositories of a folder. */
export interface TransportPeer {
  /** A transport to `name` below the folder, with every right. */
  open(name: string): Transport;
  close(): Promise<void>;
}

export interface TransportTraits {
  /** Whether the server offers filters. */
  readonly filters: boolean;
}

export interface TransportStage {
  /** The folder with the bare repositories, while a test runs. */
  root(): string;
  peer(): TransportPeer;
}

/** What every transport does, judged by native git. Call it within `describe`. */
export function transportContract(
  start: (root: string) => Promise<TransportPeer>,
  traits: TransportTraits,
): void {
  let root: string;
  let peer: TransportPeer;
  const main = 'refs/heads/main';

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'tallyman-'));
    peer = await start(root);
  });
  afterAll(async () => {
    await peer.close();
    await rm(root, { recursive: true, force: true });
  });

  const stage: TransportStage = { root: () => root, peer: () => peer };

  describe('listing refs', () => {
    it('gives the refs below the prefixes only', async () => {
      const { path, commits } = await makeRepository(root, 'list.git', 2);
      const tip = commits.at(-1);
      await setRef(path, 'refs/heads/maintenance', commits[0] ?? '');
      await git(path, ['tag', '-a', '-m', 'annotated', 'v1', main]);
      const transport = peer.open('list.git');
      expect(await transport.listRefs([main])).toEqual([
        { name: main, id: tip },
        { name: 'refs/heads/maintenance', id: commits[0] },
      ]);
      expect(await transport.listRefs(['refs/tags/'])).toEqual([
        { name: 'refs/tags/v1', id: await git(path, ['rev-parse', 'refs/tags/v1']) },
      ]);
      expect(await transport.listRefs(['refs/heads/nothing'])).toEqual([]);
      expect((await transport.listRefs([''])).map(({ name }) => name)).toEqual([
        'HEAD',
        main,
        'refs/heads/maintenance',
        'refs/tags/v1',
      ]);
      await transport.close();
    });

    it('of an empty repository gives none', async () => {
      await makeBare(join(root, 'empty.git'));
      expect(await peer.open('empty.git').listRefs([''])).toEqual([]);
    });

    it('takes odd names', async () => {
      const names = [
        "refs/heads/it's;$(odd)&'x",
        'refs/heads/@',
        'refs/heads/a.b-c_d+e',
        'refs/heads/ünï/cödé-分支',
      ];
      const { path, commits } = await makeRepository(root, 'odd.git', 1);
      const [id = zero] = commits;
      for (const name of names) await setRef(path, name, id);
      const transport = peer.open('odd.git');
      for (const name of names) expect(await transport.listRefs([name])).toEqual([{ name, id }]);
      const push = await preparePush(root, path, id);
      for (const ref of names) expect(await transport.push({ ...push, ref })).toEqual({ kind: 'ok' });
      const listed = await git(path, ['for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads']);
      expect(listed.split('\n').sort()).toEqual(
        [...names.map((name) => `${name} ${push.newId}`), `${main} ${id}`].sort(),
      );
    });
  });

  it('says that a repository does not exist', async () => {
    const transport = peer.open('missing.git');
    await expect(transport.listRefs([main])).rejects.toThrow(Failure);
    await expect(transport.listRefs([main])).rejects.toMatchObject({ code: 'not-found' });
    const push = { ref: main, oldId: zero, newId: zero, pack: new Uint8Array(), options: [] };
    await expect(transport.push(push)).rejects.toMatchObject({ code: 'not-found' });
  });

  describe('fetching', () => {
    fetchContract(stage, traits);
  });
  describe('pushing', () => {
    pushContract(stage);
  });
}
