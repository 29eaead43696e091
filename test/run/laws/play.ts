import type { Snapshot } from '../../../src/git/repository.ts';
import { holdsPath } from '../../../src/release/holds-file.ts';
import type { LoggedCommit } from '../../../src/release/log.ts';
import { RunMemory, runRepository } from '../../../src/run/run.ts';
import { openMemoryState } from '../../../src/state/memory.ts';
import { git } from '../../git/git.ts';
import { makeCommit } from '../../git/make-commit.ts';
import { deployment, policyFile } from '../../scenarios/world.ts';
import { hold, lift, release, rollback } from '../orders.ts';
import { Stage } from '../stage.ts';
import { files, policies, versions, type Act, type Edit, type Name } from './acts.ts';

const day = 86_400_000;
const begin = Date.parse('2026-11-21T09:00:00Z');

/** What a run would put where, and does. */
export type Releases = Readonly<Partial<Record<Name, number>>>;

/** Acts upon a repository, and keeps an account of its own of what each field held, in the plainest way. */
export class Play {
  readonly on: Stage;
  /** What each field held since the last lift, the present value last. */
  readonly held: Record<Name, number[]> = { web: [0], api: [0] };
  readonly isHeld: Record<Name, boolean> = { web: false, api: false };
  #renamed = 0;
  /** The names that their files have now. */
  readonly #files: Record<Name, string> = { ...files };
  readonly #pushed: Record<Name, Set<number>> = { web: new Set(), api: new Set() };
  readonly #digests: readonly string[];
  /** Contents of each file, the present one last. */
  readonly #texts: Record<Name, string[]> = { web: [], api: [] };

  /** What stood there at each commit that was looked at. */
  readonly #values = new Map<string, Record<Name, number>>();

  private constructor(on: Stage, digests: readonly string[]) {
    this.on = on;
    this.#digests = digests;
  }

  /**
   * @param pins whether the tag of `web` gets its digest beside it
   * @param minAge of `web`. Default none
   */
  static async open(pins: boolean, minAge?: string): Promise<Play> {
    const digests: string[] = [];
    const on = await Stage.open((image, put) => {
      // Only to know the digests; the tags come when they are pushed.
      for (let version = 0; version < versions; version++)
        digests.push(put('store', tagOf(version), `api ${version}`));
      return {
        [files.web]: deployment('web', `${image('web')}:${tagOf(0)}`),
        [files.api]: kustomization(image('api'), digests[0] ?? ''),
        'prod/web-policy.yaml': policyFile(
          'web',
          image('web'),
          'semver: "^1"',
          (pins ? '  digest: pin\n' : '') + (minAge === undefined ? '' : `  minAge: ${minAge}\n`),
        ),
        'prod/api-policy.yaml': policyFile('api', image('api'), 'semver: "^1"'),
        'prod/notes.yaml': 'notes: 0\n',
      };
    });
    on.settings = { ...on.settings, horizon: 3650 * day };
    const play = new Play(on, digests);
    for (const one of policies) play.push(one, 0);
    await play.#look();
    return play;
  }

  async act(one: Act): Promise<Releases> {
    // Nobody does two things on one day, so that nobody is taken for another writer.
    this.on.now += day + 1;
    const released = one.kind === 'run' ? await this.plan() : {};
    await this.#do(one).catch((error: unknown) => {
      // A person is told why not, and goes on.
      if (!(error instanceof Error) || error.name !== 'Failure') throw error;
    });
    await this.#look();
    return released;
  }

  /** The log with records in the messages of people that tell what is not so. */
  readonly forged = (log: readonly LoggedCommit[]): readonly LoggedCommit[] =>
    log.map((commit) => {
      const values = this.#values.get(commit.id);
      if (values === undefined || commit.message.includes('Tallyman-Release')) return commit;
      const lines = policies.flatMap((one) => this.#lies(one, values[one]));
      return { ...commit, message: `${commit.message}\n${lines.join('\n')}\n` };
    });

  /** What a process that has just started would release, or one that has run for long. */
  async plan(
    kept = true,
    see?: (log: readonly LoggedCommit[]) => readonly LoggedCommit[],
  ): Promise<Releases> {
    const { on } = this;
    const memory = kept ? on.memory : new RunMemory();
    const state = kept ? on.ports.state : openMemoryState();
    const { repository } = on;
    const seen =
      see === undefined
        ? repository
        : {
            name: repository.name,
            sync: async () => seenBy(await repository.sync(), see),
            publish: () => Promise.reject(new Error('nothing is pushed here')),
            close: async () => undefined,
          };
    const ports = { ...on.ports, state, repository: seen };
    const result = await runRepository(ports, on.settings, memory, { dryRun: true });
    if (result.outcome === 'failed') throw result.failure;
    const moves = result.plan.pending.changes.map(({ policy, to }) => [policy, Number(to.split('.')[1])]);
    return Object.fromEntries(moves) as Releases;
  }

  /** Pushes an image; that of a version is always the same. */
  push(of: Name, version: number): void {
    const { registry } = this.on.registry;
    const image = { tag: tagOf(version), content: `${of} ${version}`, created: begin };
    registry.addImage({ repository: `acme/${of}`, ...image });
    this.#pushed[of].add(version);
  }

  async run(): Promise<void> {
    await this.on.run();
    await this.#look();
  }

  async close(): Promise<void> {
    await this.on.close();
  }

  async #do(one: Act): Promise<void> {
    const { on } = this;
    switch (one.kind) {
      case 'run':
        await on.run();
        return;
      case 'restart':
        on.forget();
        return;
      case 'note':
        await on.commit({ 'prod/notes.yaml': `notes: ${on.now}\n` });
        return;
      case 'push':
        this.push(one.name, one.to);
        return;
      case 'release':
        await release(on, tagOf(one.to), { policy: one.name });
        return;
      case 'rollback':
        await rollback(on, { policy: one.name });
        return;
      case 'hold':
        await hold(on, { policies: [one.name] });
        this.isHeld[one.name] = true;
        return;
      case 'lift':
        if ((await lift(on, { policies: [one.name] })).outcome !== 'done') return;
        this.isHeld[one.name] = false;
        this.held[one.name] = this.held[one.name].slice(-1);
        return;
      case 'rename':
        this.#rename(one.name);
        return;
      default:
        await this.#byHand(one);
    }
  }

  async #byHand(one: Edit): Promise<void> {
    const text = one.kind === 'undo' ? this.#texts[one.name].at(-2) : this.#textOf(one.name, one.to);
    if (text === undefined || text === this.#texts[one.name].at(-1)) return;
    const { on } = this;
    if (one.kind === 'merge') {
      this.#merge(this.#files[one.name], text);
      return;
    }
    const log = await (await on.repository.sync()).history(0);
    const copied = log.flatMap(({ message }) => message.match(/^Tallyman-Release: .*$/gm) ?? []).slice(0, 3);
    const squashed = `Deploy (#12)\n\n* release(web)\n${copied.map((line) => `\n  ${line}`).join('\n')}\n`;
    const message = one.kind === 'squash' ? squashed : one.kind === 'undo' ? 'Revert\n' : 'By hand\n';
    await on.commit({ [this.#files[one.name]]: text }, message);
  }

  /** Into the next of three folders, and in the end into the first again. */
  #rename(of: Name): void {
    const { path, now } = this.on;
    const from = this.#files[of];
    const names = ['/', '/x/', '/y/'].map((folder) => files[of].replace('/', folder));
    const to = names[(names.indexOf(from) + 1) % names.length] ?? from;
    const [head = ''] = git(path, 'rev-list', '-1', 'main').split('\n');
    const text = git(path, 'show', `main:${from}`);
    const make = (changed: Record<string, string | null>, parent: string): string =>
      makeCommit(path, { files: changed, message: 'Rename\n', parents: [parent], at: now });
    const other = text.replaceAll(`acme/${of}`, 'acme/other');
    // In one commit, or in two: copied first and deleted then, or the other way round; over another file, or in exchange with it.
    const steps = [
      [{ [from]: null, [to]: `${text}\n` }],
      [{ [to]: `${text}\n` }, { [from]: null }],
      [{ [from]: null }, { [to]: `${text}\n` }],
      [{ [to]: other }, { [from]: null, [to]: text }],
      [{ [to]: other }, { [from]: other, [to]: text }],
    ][this.#renamed++ % 5];
    const made = (steps ?? []).reduce((parent, step) => make(step, parent), head);
    git(path, 'update-ref', 'refs/heads/main', made, head);
    this.#files[of] = to;
  }

  /** A branch that was cut two commits ago, merged with a merge commit. */
  #merge(file: string, text: string): void {
    const { path, now } = this.on;
    const [head = '', , old = head] = git(path, 'rev-list', '--first-parent', '-3', 'main').split('\n');
    const made = { files: { [file]: text }, at: now };
    const side = makeCommit(path, { ...made, message: 'On a branch\n', parents: [old] });
    const merge = makeCommit(path, { ...made, message: 'Merge pull request #7\n', parents: [head, side] });
    git(path, 'update-ref', 'refs/heads/main', merge, head);
  }

  /** `undefined` where nobody could know the digest. */
  #textOf(of: Name, version: number): string | undefined {
    const { on } = this;
    if (of === 'web') return deployment('web', `${on.image('web')}:${tagOf(version)}`);
    const digest = this.#pushed.api.has(version) ? this.#digests[version] : undefined;
    return digest === undefined ? undefined : kustomization(on.image('api'), digest);
  }

  #lies(of: Name, value: number): readonly string[] {
    const pointer = of === 'web' ? '/spec/template/spec/containers/0/image' : '/images/0/digest';
    const other = (value + 1) % versions;
    return [
      { branch: 'main', intent: 'lift', is: other },
      { branch: 'main', intent: 'update', is: other },
      { branch: 'other', intent: 'lift', is: value },
    ].map(({ branch, intent, is }) => {
      const image = `image=${this.on.image(of)} from=${tagOf(is)} from-digest=`;
      const to = `to=${tagOf(is)} digest=${of === 'api' ? (this.#digests[is] ?? '') : ''}`;
      return `Tallyman-Release: v=1 branch=${branch} env=prod policy=${of} field=${this.#files[of]}#${pointer} ${image} ${to} revision= intent=${intent}`;
    });
  }

  async #look(): Promise<void> {
    for (const one of policies) {
      const text = await this.on.file(this.#files[one]);
      const texts = this.#texts[one];
      if (texts.at(-1) === text) continue;
      texts.push(text);
      const version =
        one === 'web'
          ? Number(/acme\/web:1\.(\d+)\.0/.exec(text)?.[1])
          : this.#digests.findIndex((digest) => text.includes(digest));
      if (this.held[one].at(-1) !== version) this.held[one].push(version);
    }
    const { commit } = await this.on.repository.sync();
    this.#values.set(commit, { web: this.held.web.at(-1) ?? 0, api: this.held.api.at(-1) ?? 0 });
    const holds = await this.on.file(holdsPath);
    for (const one of policies) this.isHeld[one] = holds.includes(`[${one}]`);
  }
}

function seenBy(
  snapshot: Snapshot,
  see: (log: readonly LoggedCommit[]) => readonly LoggedCommit[],
): Snapshot {
  const { branch, commit, tree } = snapshot;
  return {
    branch,
    commit,
    tree,
    history: async (since) => see(await snapshot.history(since)),
    prepare: (commits) => snapshot.prepare(commits),
    prepareFiles: (wanted) => snapshot.prepareFiles(wanted),
    changes: (newer, older, most) => snapshot.changes(newer, older, most),
    commitBytes: (commits) => snapshot.commitBytes(commits),
    at: (id) => snapshot.at(id),
  };
}

function tagOf(version: number): string {
  return `1.${version}.0`;
}

function kustomization(image: string, digest: string): string {
  return `kind: Kustomization\nimages:\n  - name: ${image}\n    digest: ${digest}\n`;
}
