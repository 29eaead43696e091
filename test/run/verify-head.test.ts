import { afterEach, describe, expect, it } from 'vitest';
import { mostOlderInARow } from '../../src/git/engine/commit-graph.ts';
import { openLocalRepository } from '../../src/git/local/local-repository.ts';
import type { ConfigRepository } from '../../src/git/repository.ts';
import { createSshSigner, type SshSigner } from '../../src/git/signing/ssh-signer.ts';
import { generateSshKey } from '../../src/git/signing/ssh-keygen.ts';
import { createCommitVerifier } from '../../src/git/verify/commit-verifier.ts';
import type { CommitId } from '../../src/release/log.ts';
import { renderRecord } from '../../src/release/record.ts';
import type { RunResult } from '../../src/run/run.ts';
import type { HeadRule } from '../../src/run/verify-head.ts';
import { openMemoryState } from '../../src/state/memory.ts';
import { hold } from './orders.ts';
import { Stage, titles, web } from './stage.ts';

const people = {
  ann: { name: 'Ann', email: 'ann@test.invalid' },
  eve: { name: 'Eve', email: 'eve@test.invalid' },
  bot: { name: 'Bot', email: 'bot@test.invalid' },
};

type Keys = Readonly<Record<'bot' | 'ann' | 'eve', SshSigner>>;

/** A stage whose bot signs, and whose head must be signed by Ann or the bot. */
class Signed {
  readonly stage: Stage;
  readonly #keys: Keys;
  readonly #opened: ConfigRepository[] = [];
  /** Whose keys are listed. */
  trusted: readonly ('ann' | 'eve' | 'bot')[] = ['ann'];

  private constructor(stage: Stage, keys: Keys) {
    this.stage = stage;
    this.#keys = keys;
  }

  static async open(mode: HeadRule['mode']): Promise<Signed> {
    const keys = { bot: await newKey(), ann: await newKey(), eve: await newKey() };
    const on = new Signed(await Stage.open((image) => web(image)), keys);
    on.stage.push('web', '1.0.0', '1.1.0');
    on.rule(mode);
    const repository = on.#repository({ name: 'Bot', email: 'bot@test.invalid' }, keys.bot);
    const verifier = createCommitVerifier({
      allowedSigners: async () => {
        const lines = on.trusted.map((name) => `${people[name].email} ${keys[name].publicKey}\n`);
        return { text: lines.join(''), source: 'allowed_signers' };
      },
      openPgpKeys: async () => [],
      ownKey: async () => ({ kind: 'ssh', publicKey: keys.bot.publicKey }),
      now: () => on.stage.now,
    });
    on.stage.ports = { ...on.stage.ports, repository, verifier };
    return on;
  }

  rule(mode: HeadRule['mode'], reviewed?: CommitId): void {
    this.stage.settings = { ...this.stage.settings, verifyHead: { mode, reviewed } };
  }

  /** A person's commit, signed with a key or not at all. */
  async commit(
    who: 'ann' | 'eve',
    key: 'bot' | 'ann' | 'eve' | undefined,
    message = 'A note\n',
  ): Promise<CommitId> {
    const repository = this.#repository(people[who], key && this.#keys[key]);
    const base = await repository.sync();
    const change = { path: `notes/${base.commit}.txt`, bytes: Buffer.from('note\n'), create: true };
    const published = await repository.publish(base, [{ changes: [change], message }]);
    if (published.kind !== 'pushed' || published.commits[0] === undefined) throw new Error(published.kind);
    return published.commits[0];
  }

  /** Eve's, not signed, with the date of a clock that she set. */
  async backdated(count: number, date: string): Promise<void> {
    const now = () => Date.parse(date);
    const eve = openLocalRepository({
      name: 'fleet',
      path: this.stage.path,
      branch: 'main',
      author: people.eve,
      committer: people.eve,
      now,
    });
    this.#opened.push(eve);
    const drafts = Array.from({ length: count }, () => ({ changes: [], message: 'Long ago\n' }));
    await eve.publish(await eve.sync(), drafts);
  }

  async close(): Promise<void> {
    for (const repository of this.#opened) await repository.close();
    await this.stage.close();
  }

  #repository(author: { name: string; email: string }, signer: SshSigner | undefined): ConfigRepository {
    const { path } = this.stage;
    const now = () => this.stage.now;
    const opened = openLocalRepository({
      name: 'fleet',
      path,
      branch: 'main',
      author,
      committer: author,
      now,
      signer,
    });
    this.#opened.push(opened);
    return opened;
  }
}

async function newKey(): Promise<SshSigner> {
  return createSshSigner(generateSshKey('test'));
}

let on: Signed | undefined;
afterEach(async () => {
  await on?.close();
  on = undefined;
});

async function open(mode: HeadRule['mode']): Promise<Signed> {
  on = await Signed.open(mode);
  return on;
}

function why(result: RunResult): string {
  return result.outcome === 'failed' ? `${result.failure.code}: ${result.failure.message}` : result.outcome;
}

describe('verifyHead: tip', () => {
  it('releases on a commit that a trusted signer signed, and on its own', async () => {
    const opened = await open('tip');
    await opened.commit('ann', 'ann');
    expect(titles(await opened.stage.run())).toEqual(['web']);
    opened.stage.push('web', '1.2.0');
    expect(titles(await opened.stage.run())).toEqual(['web']);
  });

  it.each([
    ['no signature', 'ann', undefined, 'carries no signature'],
    ['a stranger’s', 'ann', 'eve', 'which is not among the trusted signers'],
  ] as const)('does nothing on %s, and names the commit', async (_, who, key, words) => {
    const opened = await open('tip');
    await opened.commit('ann', 'ann');
    const bad = await opened.commit(who, key, 'Sneak\u202e this in\n\nBody\n');
    const told = why(await opened.stage.run());
    expect(told).toContain(
      `untrusted: Nothing is done on main of fleet: commit ${bad} by Ann <ann@test.invalid> ("Sneak this in")`,
    );
    expect(told).toContain(words);
    expect(await opened.stage.file('prod/web.yaml')).toContain('acme/web:1.0.0"');
  });

  it('goes on where a trusted signer commits on top', async () => {
    const opened = await open('tip');
    await opened.commit('eve', 'eve');
    expect(why(await opened.stage.run())).toContain('untrusted');
    await opened.commit('ann', 'ann');
    expect(titles(await opened.stage.run())).toEqual(['web']);
  });

  it('looks again where nothing changed but the list', async () => {
    const opened = await open('tip');
    await opened.commit('ann', 'ann');
    await opened.stage.run({ dryRun: true });
    opened.trusted = ['eve'];
    expect(why(await opened.stage.run())).toContain('not among the trusted signers');
  });

  it('carries out no orders on such a head: our signature on top of it would make it good', async () => {
    const opened = await open('tip');
    await opened.commit('eve', 'eve');
    await expect(hold(opened.stage, { policies: ['web'] })).rejects.toThrow('not among the trusted signers');
  });
});

/** As a run on that branch writes it. */
function message(branch: string): string {
  const moved = {
    env: 'prod',
    policy: 'web',
    field: 'prod/web.yaml#/image',
    image: 'x/acme/web',
    from: '1.0.0',
  };
  const rest = { fromDigest: '', to: '1.1.0', digest: '', revision: '', intent: 'update' } as const;
  return `release(web): 1.1.0\n\n${renderRecord({ branch, ...moved, ...rest })}\n`;
}

describe.each(['tip', 'since-last-verified'] as const)('verifyHead: %s', (mode) => {
  it('does not take our commit on another branch for one that was made on a head that was looked at', async () => {
    const opened = await open(mode);
    opened.rule(mode, (await opened.stage.repository.sync()).commit);
    await opened.commit('eve', 'eve');
    const brought = await opened.commit('ann', 'bot', message('dev'));
    const told = why(await opened.stage.run());
    expect(told).toContain(`commit ${brought} by Ann`);
    expect(told).toContain('is our own, but was made for the branch dev, where nobody may have asked');
  });

  it('takes it as that of any signer where its key is listed', async () => {
    const opened = await open(mode);
    opened.rule(mode, (await opened.stage.repository.sync()).commit);
    opened.trusted = ['bot'];
    await opened.commit('ann', 'bot', message('dev'));
    expect(titles(await opened.stage.run())).toEqual(['web']);
  });
});

describe('verifyHead: since-last-verified', () => {
  it('wants every commit since the reviewed one', async () => {
    const opened = await open('since-last-verified');
    const first = (await opened.stage.repository.sync()).commit;
    expect(why(await opened.stage.run())).toContain(
      `commit ${first} by Bot <bot@test.invalid> ("First commit") carries no signature`,
    );
    opened.rule('since-last-verified', first);
    expect(titles(await opened.stage.run())).toEqual(['web']);
  });

  it('finds the bad commit below good ones, until a person has reviewed it', async () => {
    const opened = await open('since-last-verified');
    opened.rule('since-last-verified', (await opened.stage.repository.sync()).commit);
    await opened.commit('ann', 'ann');
    const bad = await opened.commit('eve', 'eve');
    await opened.commit('ann', 'ann');
    expect(why(await opened.stage.run())).toContain(`commit ${bad} by Eve`);
    opened.rule('since-last-verified', bad);
    expect(titles(await opened.stage.run())).toEqual(['web']);
  });

  it('counts what is below our own commits as verified, with and without state', async () => {
    const opened = await open('since-last-verified');
    opened.rule('since-last-verified', (await opened.stage.repository.sync()).commit);
    await opened.stage.run();
    await opened.commit('ann', 'ann');
    opened.rule('since-last-verified');
    opened.stage.forget();
    opened.stage.push('web', '1.2.0');
    expect(titles(await opened.stage.run())).toEqual(['web']);
  });

  it('remembers what it verified, and without that checks more, never less', async () => {
    const opened = await open('since-last-verified');
    opened.rule('since-last-verified', (await opened.stage.repository.sync()).commit);
    await opened.commit('ann', 'ann');
    await opened.stage.run({ dryRun: true });
    // Ann has left; what she signed was verified.
    opened.trusted = ['eve'];
    await opened.commit('eve', 'eve');
    expect(titles(await opened.stage.run({ dryRun: true }))).toEqual(['web']);
    opened.stage.ports = { ...opened.stage.ports, state: openMemoryState() };
    expect(why(await opened.stage.run())).toContain('by Ann <ann@test.invalid>');
  });

  it('is not told by forged dates that the horizon is reached', async () => {
    const opened = await open('since-last-verified');
    opened.rule('since-last-verified', (await opened.stage.repository.sync()).commit);
    await opened.stage.run();
    await opened.backdated(mostOlderInARow + 2, '2001-01-01T00:00:00Z');
    await opened.commit('ann', 'ann');
    opened.stage.push('web', '1.2.0');
    expect(why(await opened.stage.run())).toContain('by Eve <eve@test.invalid> ("Long ago") carries no');
    opened.stage.forget();
    expect(why(await opened.stage.run())).toContain('by Eve <eve@test.invalid> ("Long ago") carries no');
  });

  it('asks nothing of what is older than the horizon, and has only such below it', async () => {
    const opened = await open('since-last-verified');
    await opened.backdated(3, '2026-11-20T00:00:00Z');
    opened.stage.now = Date.parse('2028-01-01T00:00:00Z');
    await opened.commit('ann', 'ann');
    expect(titles(await opened.stage.run())).toEqual(['web']);
  });
});
