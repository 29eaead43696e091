import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ReleaseMessage } from '../../../src/release/message.ts';
import type { ReleaseRecord } from '../../../src/release/model.ts';
import { git, gitBytes } from '../../peers/git.ts';
import { built } from '../programs.ts';
import { manifests, policyFiles, type Manifest } from './manifests.ts';
import { Random } from './random.ts';
import { firstTag } from './repository.ts';

/** A branch that people and the bot have worked on for ten months. */
export interface LongHistory {
  /** Path of the bare repository, packed. */
  readonly path: string;
  /** How many releases each policy's field saw; their versions are 1.0.1, 1.0.2, ... */
  readonly releases: number;
  readonly policies: number;
}

const policies = 100;
const files = 400;
/** One commit in so many is a release, so that each field has its share. */
const releaseEvery = 5;
const month = 30 * 86_400;

/**
 * Makes a branch of `commits` commits on top of a first one: every fifth is the bot's release of one field with its record, the others are
 * people's, with messages of several lines; one in twenty is a merge of a branch with one commit.
 */
export async function makeLongHistory(
  folder: string,
  name: string,
  commits: number,
  seed: number,
): Promise<LongHistory> {
  const path = join(folder, name);
  await git(folder, ['init', '--quiet', '--bare', name]);
  await gitBytes(path, ['fast-import', '--quiet'], { input: await historyStream(commits, seed) });
  // As a host packs it: what fast-import left whole becomes deltas.
  await git(path, ['repack', '-adfq', '--window=5']);
  return { path, policies, releases: Math.floor(commits / releaseEvery / policies) };
}

async function historyStream(commits: number, seed: number): Promise<Buffer> {
  const { renderMessage } = await built<typeof import('../../../src/release/message.ts')>('release/message');
  const random = new Random(seed);
  const all = manifests(files, policies, seed);
  const bound = await Promise.all(all.slice(0, policies).map(withPointer));
  const plain = all.slice(policies);
  const parts: Buffer[] = [];
  const start = Math.floor(Date.now() / 1000) - 10 * month;
  const step = Math.floor((10 * month) / (commits + 2));
  const commit = (ref: string, who: string, at: number, message: string): void => {
    const text = `commit refs/heads/${ref}\nmark :${at + 1}\ncommitter ${who} ${start + at * step} +0000\n`;
    parts.push(Buffer.from(text), data(message));
  };
  commit('main', person(random), 0, 'Begin\n');
  for (const [path, text] of policyFiles(policies)) parts.push(...file(path, text));
  for (const { manifest } of bound) parts.push(...file(manifest.path, manifest.text(firstTag)));
  for (const manifest of plain) parts.push(...file(manifest.path, unbound(manifest, 0)));
  for (let at = 1; at <= commits; at++) {
    const count = at / releaseEvery - 1;
    const chosen = bound[count % policies];
    if (chosen !== undefined) {
      const version = Math.floor(count / policies) + 1;
      commit('main', 'Tallyman <bot@example.com>', at, renderMessage(release(chosen, version)));
      parts.push(...file(chosen.manifest.path, chosen.manifest.text(`1.0.${version}`)));
      continue;
    }
    // A branch of one commit, and its merge.
    const turn = at % 20;
    commit(turn === 2 ? 'side' : 'main', person(random), at, words(random, at));
    if (turn === 2) parts.push(Buffer.from(`from :${at - 1}\n`));
    if (turn === 3) parts.push(Buffer.from(`merge :${at}\n`));
    const manifest = plain[random.below(plain.length)];
    if (manifest !== undefined) parts.push(...file(manifest.path, unbound(manifest, at)));
  }
  return Buffer.concat(parts);
}

interface Bound {
  readonly manifest: Manifest;
  readonly pointer: string;
}

async function withPointer(manifest: Manifest): Promise<Bound> {
  const { readFacts } = await built<typeof import('../../../src/fields/facts.ts')>('fields/facts');
  const { fields } = readFacts(Buffer.from(manifest.text(firstTag)), 'yaml');
  const field = fields.find(({ tag }) => tag === firstTag);
  if (field === undefined) throw new Error(`${manifest.path} has no image field`);
  return { manifest, pointer: field.pointer };
}

function release({ manifest, pointer }: Bound, version: number): ReleaseMessage {
  const record: ReleaseRecord = {
    branch: 'main',
    env: '',
    policy: manifest.policy,
    field: `${manifest.path}#${pointer}`,
    image: manifest.image,
    from: version === 1 ? firstTag : `1.0.${version - 1}`,
    fromDigest: '',
    to: `1.0.${version}`,
    digest: `sha256:${createHash('sha256').update(`${manifest.policy} ${version}`).digest('hex')}`,
    revision: '',
    intent: 'update',
  };
  return { title: manifest.policy, releases: [{ record, file: manifest.path, line: 25 }] };
}

/** A manifest whose image no policy of this history wants; `at` changes it. */
function unbound(manifest: Manifest, at: number): string {
  return manifest
    .text(`0.${at}.0`)
    .replace(manifest.image, 'docker.io/acme/tool')
    .replace(/ # \{"\$tallyman.*/, '');
}

function person(random: Random): string {
  const name = random.word();
  return `${name} <${name}@example.com>`;
}

/** What people write; now and then they speak of what was released. */
function words(random: Random, at: number): string {
  const line = (): string => Array.from({ length: 9 }, () => random.word()).join(' ');
  const more = Array.from({ length: random.below(8) }, line).join('\n');
  const talk = at % 50 === 1 ? '\n\nSee the Tallyman-Release of last week.' : '';
  return `${line().slice(0, 60)}\n\n${more}${talk}\n`;
}

function file(path: string, text: string): Buffer[] {
  return [Buffer.from(`M 100644 inline ${path}\n`), data(text)];
}

function data(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')]);
}
