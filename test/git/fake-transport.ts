import { spawn } from 'node:child_process';

import { Failure } from '../../src/core/failure.ts';
import type { CommitId } from '../../src/release/log.ts';
import type {
  FetchAnswer,
  FetchRequest,
  PushReport,
  PushRequest,
  RemoteRef,
  Transport,
} from '../../src/git/transport.ts';
import { git, gitEnvironment, gitRaw } from './git.ts';

export interface FakeTransportOptions {
  /** Whether the server offers `filter`. Default true. */
  readonly filter?: boolean;
  /** Gives nothing but what follows from the tips of refs, as git does over ssh in protocol 0. */
  readonly tipsOnly?: boolean;
  /** Changes a pack on its way. */
  readonly tamper?: (pack: Buffer, request: FetchRequest) => Buffer;
  /** Makes the server refuse pushes with these words. */
  readonly refuse?: () => string | undefined;
  /** Happens after the push was asked for and before it is looked at. */
  readonly beforePush?: () => void;
}

/** What the fake was asked, in order. */
export interface FakeCalls {
  lists: number;
  readonly fetches: (FetchRequest & { packObjects: number; packBytes: number })[];
  readonly pushes: PushRequest[];
}

/**
 * A transport without a wire: serves a bare repository on this disk by running `git pack-objects` as git's own upload-pack does
 * (thin packs, `--shallow`, filters), and takes pushes by `unpack-objects` and a conditional `update-ref`.
 */
export class FakeTransport implements Transport {
  readonly calls: FakeCalls = { lists: 0, fetches: [], pushes: [] };
  readonly #path: string;
  readonly #options: FakeTransportOptions;

  constructor(path: string, options: FakeTransportOptions = {}) {
    this.#path = path;
    this.#options = options;
  }

  async listRefs(prefixes: readonly string[]): Promise<readonly RemoteRef[]> {
    this.calls.lists++;
    const lines = git(this.#path, 'for-each-ref', '--format=%(objectname) %(refname)')
      .split('\n')
      .filter(Boolean);
    const refs = lines.map((line) => ({ id: line.slice(0, 40), name: line.slice(41) }));
    return refs.filter((ref) => prefixes.some((prefix) => ref.name.startsWith(prefix)));
  }

  async fetch(request: FetchRequest): Promise<FetchAnswer> {
    if (this.#options.tipsOnly === true) await this.#checkTips(request);
    const filtered = request.filter !== undefined && this.#options.filter !== false;
    const since = request.since ?? (filtered ? undefined : request.sinceUnfiltered);
    const deep = request.depth !== undefined || since !== undefined;
    const edge = deep ? this.#edge(request, since) : { shallow: [], unshallow: [] };
    // As upload-pack does: the client's own history ends where it did, and what is deeper is wanted besides.
    const shallow = [...new Set([...request.shallow, ...edge.shallow])].filter((id) => this.#has(id));
    const deeper = edge.unshallow.flatMap((id) => git(this.#path, 'rev-parse', `${id}^@`).split('\n'));
    const haves = request.haves.filter((id) => this.#has(id));
    const lines = [
      ...shallow.map((id) => `--shallow ${id}`),
      ...request.wants,
      ...deeper.filter(Boolean),
      '--not',
      ...haves,
      '',
    ];
    const args = ['pack-objects', '--revs', '--thin', '--stdout', '--shallow', '--delta-base-offset', '-q'];
    if (filtered) args.push(`--filter=${request.filter}`);
    const whole = await this.#run(['--shallow-file', '', ...args], `${lines.join('\n')}\n`);
    const pack = this.#options.tamper?.(whole, request) ?? whole;
    const call = { ...request, packObjects: whole.readUInt32BE(8), packBytes: whole.length };
    this.calls.fetches.push(call);
    return { filtered, ...edge, pack: inParts(pack) };
  }

  async push(request: PushRequest): Promise<PushReport> {
    this.calls.pushes.push(request);
    this.#options.beforePush?.();
    const words = this.#options.refuse?.();
    if (words !== undefined) return { kind: 'refused', words };
    gitRaw(this.#path, ['unpack-objects', '-q', '--strict'], request.pack);
    try {
      git(this.#path, 'update-ref', request.ref, request.newId, request.oldId);
      return { kind: 'ok' };
    } catch {
      return { kind: 'raced' };
    }
  }

  async close(): Promise<void> {
    // nothing is open
  }

  async #checkTips({ wants }: FetchRequest): Promise<void> {
    const tips = git(this.#path, 'for-each-ref', '--format=%(objectname)', 'refs/heads/').split('\n');
    if (!wants.every((id) => tips.includes(id))) throw new Failure('refused', 'gives nothing but the tips');
  }

  /** Commits that the server would declare shallow, by depth or date, and those of the client's that no longer are. */
  #edge(request: FetchRequest, since: number | undefined): Pick<FetchAnswer, 'shallow' | 'unshallow'> {
    const limit = since === undefined ? [] : [`--max-age=${Math.floor(since / 1000)}`];
    const commits = request.wants.filter((id) => git(this.#path, 'cat-file', '-t', id) === 'commit');
    const rows = git(this.#path, 'rev-list', '--parents', ...limit, ...commits)
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(' ') as CommitId[]);
    if (since !== undefined && rows.length === 0) throw new Error('no commits selected for shallow requests');
    const inside = new Set(
      request.depth === undefined ? rows.map(([id]) => id) : this.#within(request, rows, request.depth),
    );
    const shallow: CommitId[] = [];
    const unshallow: CommitId[] = [];
    for (const [id, ...parents] of rows) {
      if (id === undefined || !inside.has(id)) continue;
      const cut = parents.some((parent) => !inside.has(parent));
      const known = request.shallow.includes(id);
      if (cut && !known) shallow.push(id);
      if (!cut && known) unshallow.push(id);
    }
    return { shallow, unshallow };
  }

  #within(
    { wants, shallow, relative }: FetchRequest,
    rows: readonly (readonly CommitId[])[],
    depth: number,
  ): Set<CommitId> {
    const parents = new Map(rows.map(([id, ...rest]) => [id, rest]));
    const ends = new Set(relative === true ? shallow : []);
    const inside = new Set<CommitId>();
    const go = (from: Iterable<CommitId>, levels: number, isEnd: (id: CommitId) => boolean): void => {
      let layer = new Set(from);
      for (let level = 0; level < levels && layer.size > 0; level++) {
        for (const id of layer) inside.add(id);
        layer = new Set(Array.from(layer).flatMap((id) => (isEnd(id) ? [] : (parents.get(id) ?? []))));
      }
    };
    if (relative === true) go(wants as CommitId[], Infinity, (id) => ends.has(id));
    go(
      relative === true ? shallow : (wants as CommitId[]),
      relative === true ? depth + 1 : depth,
      () => false,
    );
    return inside;
  }

  #has(id: string): boolean {
    try {
      gitRaw(this.#path, ['cat-file', '-e', id]);
      return true;
    } catch {
      return false;
    }
  }

  #run(args: readonly string[], input: string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const child = spawn('git', ['-C', this.#path, ...args], { env: gitEnvironment });
      const parts: Buffer[] = [];
      let words = '';
      child.stdout.on('data', (part: Buffer) => parts.push(part));
      child.stderr.on('data', (part: Buffer) => (words += part.toString()));
      child.on('error', reject);
      child.on('close', (code) => (code === 0 ? resolve(Buffer.concat(parts)) : reject(new Error(words))));
      child.stdin.end(input);
    });
  }
}

async function* inParts(pack: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < pack.length; at += 65_536) yield pack.subarray(at, at + 65_536);
}
