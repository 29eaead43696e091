import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { openRemoteRepository } from '../../../src/git/engine/remote-repository.ts';
import { initBareRepository } from '../../../src/git/local/init.ts';
import type { ConfigRepository } from '../../../src/git/repository.ts';
import type { CommitId } from '../../../src/release/log.ts';
import type { Transport } from '../../../src/git/transport.ts';
import type { Tree } from '../../../src/tree/tree.ts';
import { FakeTransport, type FakeTransportOptions } from '../fake-transport.ts';
import { gitRaw, inFolder } from '../git.ts';
import { makeCommits } from '../make-commit.ts';

export const bot = { name: 'Tallyman', email: 'bot@example.com' };
export const day = 86_400_000;
export const start = Date.UTC(2026, 0, 1);

export const files = Object.fromEntries(
  Array.from({ length: 60 }, (_, n) => [
    `apps/${n % 6}/app-${n}.yaml`,
    `# app ${n}\nimage: registry.example/app-${n}:1.0.${n}\n`,
  ]),
);

interface Opened {
  readonly repository: ConfigRepository;
  readonly transport: FakeTransport;
}

/** A server's repository and a folder for kept clones of it. */
export class Stage {
  readonly server: string;
  readonly directory: string;
  readonly first: CommitId;
  #days = 0;

  static async in<Result>(use: (stage: Stage) => Promise<Result>): Promise<Result> {
    return inFolder(async (folder) => {
      const server = join(folder, 'server.git');
      const first = await initBareRepository(server, {
        branch: 'main',
        files,
        message: 'First',
        author: bot,
        now: () => start,
      });
      return use(new Stage(server, join(folder, 'kept'), first));
    });
  }

  constructor(server: string, directory: string, first: CommitId) {
    this.server = server;
    this.directory = directory;
    this.first = first;
  }

  open(options: FakeTransportOptions = {}): Opened {
    const transport = new FakeTransport(this.server, options);
    return { repository: this.openWith(transport), transport };
  }

  openWith(transport: Transport): ConfigRepository {
    return openRemoteRepository({
      name: 'fleet',
      branch: 'main',
      directory: this.directory,
      transport,
      author: bot,
      committer: bot,
      now: () => start + 400 * day,
    });
  }

  /** Somebody else's commit, a day after the one before; pushed. */
  push(path: string, content: string | null, parents: readonly string[] = [this.head()]): CommitId {
    const [id] = this.pushAll([{ path, content }], parents);
    if (id === undefined) throw new Error('no commit was made');
    return id;
  }

  /** As `push`, one commit for each, at once. */
  pushAll(
    changes: readonly { readonly path: string; readonly content: string | null }[],
    parents: readonly string[] = [this.head()],
  ): readonly CommitId[] {
    const commits = changes.map(({ path, content }, index) => ({
      files: { [path]: content },
      message: `Change ${path}\n`,
      parents: index === 0 ? parents : [],
      at: start + ++this.#days * day,
    }));
    const ids = makeCommits(this.server, commits);
    this.move(ids.at(-1) ?? '');
    return ids;
  }

  /** So many commits that change no file, a day after each other (or so many milliseconds); pushed, as one pack. */
  pushEmpty(count: number, step = day): readonly CommitId[] {
    const last = start + this.#days * day;
    this.#days += Math.ceil((count * step) / day);
    const dates = Array.from({ length: count }, (_, n) => last + (n + 1) * step);
    return this.emptyLine('main', this.head(), dates);
  }

  /** Commits that change no file, one upon the other, at these dates; the branch is at the last of them then. */
  emptyLine(branch: string, from: string, dates: readonly number[]): readonly CommitId[] {
    const lines = dates.map((at, n) => {
      const stamp = `Ann <ann@example.com> ${Math.floor(at / 1000)} +0000`;
      const parent = n === 0 ? `\nfrom ${from}` : '';
      return `commit refs/heads/${branch}\nmark :${n + 1}\ncommitter ${stamp}\ndata 2\nx\n${parent}`;
    });
    const marks = dates.map((_, n) => `get-mark :${n + 1}`);
    const said = gitRaw(
      this.server,
      ['-c', 'fastimport.unpackLimit=1', 'fast-import', '--quiet'],
      `${[...lines, ...marks].join('\n')}\n`,
    );
    return said.toString().trim().split('\n') as CommitId[];
  }

  move(id: string): void {
    writeFileSync(this.#main, `${id}\n`);
  }

  head(): string {
    return readFileSync(this.#main, 'utf8').trim();
  }

  get #main(): string {
    return join(this.server, 'refs/heads/main');
  }
}

/** Every file of a tree. */
export async function contents(tree: Tree): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  await tree.read(
    await tree.list(),
    (entry, bytes) => (found[entry.path] = Buffer.from(bytes).toString('utf8')),
  );
  return found;
}

export const web = 'apps/1/app-1.yaml';
export const draft = (text: string) => ({
  changes: [{ path: web, bytes: Buffer.from(text) }],
  message: `Set ${text}`,
});
