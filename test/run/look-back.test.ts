import { describe, expect, it } from 'vitest';
import { bind } from '../../src/bindings/bind.ts';
import { collectPolicies } from '../../src/bindings/collect.ts';
import type { Binding } from '../../src/bindings/model.ts';
import { readFacts } from '../../src/fields/facts.ts';
import type { Snapshot } from '../../src/git/repository.ts';
import type { CommitId, LoggedCommit } from '../../src/release/log.ts';
import { renderRecord } from '../../src/release/record.ts';
import { BranchHistory } from '../../src/run/past/branch-history.ts';
import { linePortions } from '../../src/run/past/line-portions.ts';
import type { TreeEntry } from '../../src/tree/tree.ts';
import { deployment, policyFile } from '../scenarios/world.ts';

/** How far back a long history is looked into (docs/history.md): 2,000 commits, and further only where they do not answer. */
const file = 'prod/web.yaml';
const image = 'ghcr.io/acme/web';
const policy = policyFile('web', image, 'semver: "*"');
const person = { name: 'Ann', email: 'ann@test.invalid' };

/** A branch of 20,000 commits. */
class LongBranch {
  /** The furthest place, counted from the newest, whose folders were made ready. */
  furthest = -1;
  /** Of each time that folders were asked for: of how many commits, and how many messages had been read by then. */
  readonly asked: { readonly folders: number; readonly read: number }[] = [];
  /** How often folders cannot be had at first. */
  failures = 0;
  readonly snapshot: Snapshot;
  readonly #log: readonly LoggedCommit[];
  readonly #versionAt: (place: number) => string;

  /** @param records messages by place */
  constructor(versionAt: (place: number) => string, records: ReadonlyMap<number, string> = new Map()) {
    this.#versionAt = versionAt;
    let read = 0;
    this.#log = Array.from({ length: 20_000 }, (_, place) => ({
      id: idOf(place),
      parents: place === 19_999 ? [] : [idOf(place + 1)],
      author: person,
      committer: person,
      authoredAt: -place,
      committedAt: -place,
      get message() {
        read++;
        return records.get(place) ?? 'By hand\n';
      },
    }));
    this.snapshot = {
      branch: 'main',
      commit: idOf(0),
      tree: this.#treeOf(idOf(0)),
      history: async () => this.#log,
      prepare: async (ids) => {
        this.asked.push({ folders: ids.length, read });
        if (this.failures-- > 0) throw new Error('the connection was cut');
        this.furthest = Math.max(this.furthest, ...ids.map(placeOf));
      },
      prepareFiles: async () => {},
      changes: async (newer, older) =>
        versionAt(placeOf(newer)) === versionAt(placeOf(older)) ? [] : [file],
      commitBytes: async () => new Map(),
      at: async (commit) => this.#treeOf(commit),
    };
  }

  get binding(): Binding {
    const text = fileOf(this.#versionAt(0));
    const files = [
      { path: file, id: '1', facts: readFacts(Buffer.from(text), 'yaml') },
      { path: 'prod/policy.yaml', id: '2', facts: readFacts(Buffer.from(policy), 'yaml') },
    ];
    const [binding] = bind(files, collectPolicies(files).policies, { policyRoots: [] }).bindings;
    if (binding === undefined) throw new Error('nothing is bound');
    return binding;
  }

  /** As git does it, content is read by its id, whichever commit it is of. */
  #treeOf(commit: CommitId): Snapshot['tree'] {
    const ids: Readonly<Record<string, string>> = {
      [file]: fileOf(this.#versionAt(placeOf(commit))),
      'prod/policy.yaml': policy,
    };
    const entry = (path: string): TreeEntry => ({ path, id: ids[path] ?? '', mode: 'file' });
    return {
      list: async () => Object.keys(ids).map(entry),
      entry: async (path) => (path in ids ? entry(path) : undefined),
      read: async (entries, visit) => {
        for (const one of entries) visit(one, Buffer.from(one.id));
      },
    };
  }
}

function idOf(place: number): CommitId {
  return place.toString(16).padStart(40, '0') as CommitId;
}

function placeOf(id: CommitId): number {
  return parseInt(id, 16);
}

function fileOf(version: string): string {
  return deployment('web', `${image}:${version}`);
}

/** 1.0.0, and 2.0.0 in one commit. */
function triedAt(place: number): (at: number) => string {
  return (at) => (at === place ? '2.0.0' : '1.0.0');
}

it('portions of a line grow from what is asked for first to its end', async () => {
  const { snapshot } = new LongBranch(() => '1.0.0');
  const line = await snapshot.history(0);
  const lengths: number[] = [];
  for await (const portion of linePortions(snapshot, { line }, 2000)) lengths.push(portion.length);
  expect(lengths).toEqual([2000, 16_000, 20_000]);
});

describe('a timeline', () => {
  it.each([
    ['ends with 2,000 commits where they tell', 1500, 1999],
    ['goes on where its last value may have come earlier', 1999, 15_999],
    ['goes on where they do not tell', 2000, 15_999],
    ['goes on to the end', 19_000, 19_999],
  ])('%s', async (_, tried, furthest) => {
    const branch = new LongBranch(triedAt(tried));
    const history = new BranchHistory(branch.snapshot, -1e9);
    const held = await history.timeline(branch.binding, ({ tag }) => tag === '2.0.0', 0);
    expect(branch.furthest).toBe(furthest);
    expect(held.map(({ value }) => value.tag).slice(0, 2)).toEqual(['1.0.0', '2.0.0']);
  });
});

const field = `${file}#/spec/template/spec/containers/0/image`;
const record = renderRecord({
  branch: 'main',
  env: '',
  policy: 'web',
  field,
  image,
  from: '0.9.0',
  fromDigest: '',
  to: '1.0.0',
  digest: '',
  revision: '',
  intent: 'update',
});

describe('what no record tells of', () => {
  it.each([
    ['is found in the last 2,000 commits', 5000, 1999, true],
    ['is not looked for behind them', 5000, 2001, false],
    ['is not looked for behind the newest record', 100, 150, false],
  ])('%s', async (_, recorded, tried, isFound) => {
    const branch = new LongBranch(triedAt(tried), new Map([[recorded, `release(web)\n\n${record}\n`]]));
    const past = await new BranchHistory(branch.snapshot, -1e9).past(branch.binding);
    expect(past.some(({ tag }) => tag === '2.0.0')).toBe(isFound);
    // The folders of the record's own commit are read as well.
    expect(branch.furthest).toBe(recorded);
  });

  it('is looked for to the end where no record counts', async () => {
    const branch = new LongBranch(triedAt(19_000));
    const past = await new BranchHistory(branch.snapshot, -1e9).past(branch.binding);
    expect(past.map(({ tag }) => tag)).toContain('2.0.0');
  });
});

describe('folders of the newest commits', () => {
  it('are asked for while the rest of a long log is read, as far as the newest record', async () => {
    const branch = new LongBranch(() => '1.0.0', new Map([[100, `release(web)\n\n${record}\n`]]));
    await new BranchHistory(branch.snapshot, -1e9).past(branch.binding);
    const [first, ...others] = branch.asked;
    expect(first?.folders).toBe(101);
    expect(first?.read).toBeLessThan(5000);
    for (const { folders } of others) expect(folders).toBeLessThanOrEqual(101);
  });

  it('are not where no record is among them', async () => {
    const branch = new LongBranch(() => '1.0.0', new Map([[2500, `release(web)\n\n${record}\n`]]));
    await new BranchHistory(branch.snapshot, -1e9).past(branch.binding);
    expect(branch.asked.filter(({ folders, read }) => folders > 0 && read < 20_000)).toEqual([]);
  });

  it('are asked for once more where that failed, and only that failure is told', async () => {
    const messages = new Map([[100, `release(web)\n\n${record}\n`]]);
    const branch = new LongBranch(triedAt(50), messages);
    branch.failures = 1;
    const past = await new BranchHistory(branch.snapshot, -1e9).past(branch.binding);
    expect(past.map(({ tag }) => tag)).toContain('2.0.0');
    const unlucky = new LongBranch(triedAt(50), messages);
    unlucky.failures = Infinity;
    await expect(new BranchHistory(unlucky.snapshot, -1e9).past(unlucky.binding)).rejects.toThrow('was cut');
  });
});

it('who takes turns at a field is looked for behind its newest record only where that was taken off', async () => {
  const message = `release(web)\n\n${record}\n`;
  const messages = new Map([100, 5000].map((place) => [place, message]));
  for (const [present, furthest] of [
    ['1.0.0', 100],
    ['3.0.0', 5000],
  ] as const) {
    const branch = new LongBranch((place) => (place < 50 ? present : '1.0.0'), messages);
    expect(await new BranchHistory(branch.snapshot, -1e9).rival(branch.binding)).toBeUndefined();
    expect(branch.furthest).toBe(furthest);
  }
});
