import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { renderMessage } from '../../src/release/message.ts';
import type { ReleaseRecord } from '../../src/release/model.ts';
import { House } from '../cli/house.ts';
import { git } from '../peers/git.ts';
import { deployment, policyFile } from './world.ts';

export const webField = 'prod/web.yaml#/spec/template/spec/containers/0/image';

/** A config repository in the hands of people with native git, and what `history` and `plan` make of it. */
export class Ledger {
  readonly house: House;
  #now = Math.floor(Date.now() / 1000) - 7200;

  private constructor(house: House) {
    this.house = house;
  }

  static async open(
    files: (image: House['image']) => Readonly<Record<string, string>> = webFiles,
  ): Promise<Ledger> {
    const ledger = new Ledger(await House.open(files));
    ledger.house.push('web', '1.0.0', '1.1.0', '1.2.0');
    await git(ledger.house.directory, ['clone', '--quiet', 'config.git', 'work']);
    return ledger;
  }

  readonly image = (name: string): string => this.house.image(name);

  get work(): string {
    return join(this.house.directory, 'work');
  }

  /** Native git in the checkout, a minute later than the last time. */
  async git(...args: readonly string[]): Promise<string> {
    this.#now += 60;
    const date = `${this.#now} +0000`;
    return git(this.work, args, { env: { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date } });
  }

  /** From now on commits are so much older (or younger). */
  skip(seconds: number): void {
    this.#now += seconds;
  }

  async write(files: Readonly<Record<string, string | null>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      const whole = join(this.work, path);
      await mkdir(dirname(whole), { recursive: true });
      await (text === null ? rm(whole) : writeFile(whole, text));
    }
  }

  async commit(message: string, files: Readonly<Record<string, string | null>> = {}): Promise<void> {
    await this.write(files);
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--allow-empty', '--cleanup=verbatim', '--message', message);
  }

  /** A commit as the bot makes it. @returns its message */
  async release(
    from: string,
    to: string,
    change: Partial<ReleaseRecord> = {},
    text?: string,
  ): Promise<string> {
    const message = this.message(from, to, change);
    await this.commit(message, { 'prod/web.yaml': text ?? deployment('web', `${this.image('web')}:${to}`) });
    return message;
  }

  message(from: string, to: string, change: Partial<ReleaseRecord> = {}): string {
    const record = this.record(from, to, change);
    return renderMessage({ title: record.policy, releases: [{ record, file: 'prod/web.yaml', line: 11 }] });
  }

  record(from: string, to: string, change: Partial<ReleaseRecord> = {}): ReleaseRecord {
    return {
      branch: 'main',
      env: 'prod',
      policy: 'web',
      field: webField,
      image: this.image('web'),
      from,
      fromDigest: '',
      to,
      digest: '',
      revision: '',
      intent: 'update',
      ...change,
    };
  }

  async push(...refs: readonly string[]): Promise<void> {
    await this.git('push', '--quiet', '--force', 'origin', ...(refs.length === 0 ? ['main'] : refs));
  }

  /** The releases that `history` tells of, newest first: `1.0.0 -> 1.1.0`. */
  async history(...args: readonly string[]): Promise<readonly string[]> {
    const { document } = await this.house.json('history', ...args);
    const releases = document['releases'] as readonly { from: string; to: string }[];
    return releases.map(({ from, to }) => `${from} -> ${to}`);
  }

  /** What a run would release of the policy: the new tag. */
  async next(policy = 'web'): Promise<string | null> {
    const { document } = await this.house.json('plan');
    const [repository] = document['repositories'] as readonly {
      error?: unknown;
      commits: readonly { releases: readonly { policy: string; to: string }[] }[];
    }[];
    if (repository?.error !== undefined) throw new Error(JSON.stringify(repository.error));
    const releases = (repository?.commits ?? []).flatMap((commit) => commit.releases);
    return releases.find((release) => release.policy === policy)?.to ?? null;
  }

  async close(): Promise<void> {
    await this.house.close();
  }
}

function webFiles(image: House['image']): Record<string, string> {
  return {
    'prod/web.yaml': deployment('web', `${image('web')}:1.0.0`),
    'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
  };
}
