import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { ReleaseRecord } from '../../src/release/model.ts';
import { renderRecord } from '../../src/release/record.ts';
import { makeCommits } from '../git/make-commit.ts';
import { git } from '../git/git.ts';
import { record } from '../release/samples.ts';
import { deployment } from '../scenarios/world.ts';
import { House } from './house.ts';

/** What a release left, and what links tell of it (product.md, 6.1). */
let house: House | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
});

const file = 'prod/web.yaml';
const start = Date.parse('2026-11-20T01:00:00Z');

type Step = readonly [value: string, ...records: readonly Partial<ReleaseRecord>[]];

async function histories(
  before: string,
  steps: readonly Step[],
): Promise<readonly Record<string, unknown>[]> {
  const on = (house = await House.open(() => ({ [file]: web(before) })));
  const path = join(on.directory, 'config.git');
  const commits = steps.map(([value, ...records], index) => ({
    files: { [file]: web(value) },
    message: `Release\n\n${records.map((one) => `* ${line(one)}\n`).join('')}`,
    parents: index === 0 ? [git(path, 'rev-parse', 'main')] : [],
    at: start + index * 3_600_000,
  }));
  git(path, 'update-ref', 'refs/heads/main', makeCommits(path, commits).at(-1) ?? '');
  const { document } = await on.json('history');
  return document['releases'] as readonly Record<string, unknown>[];
}

it('a squash of two releases is one step from what the branch left, with a link to both', async () => {
  const first = { from: '1.0.0', to: '1.1.0', fromRevision: sha('a'), revision: sha('b') };
  const second = { from: '1.1.0', to: '1.2.0', fromRevision: sha('b'), revision: sha('c') };
  expect(await histories(':1.0.0', [[':1.2.0', first, second]])).toMatchObject([
    { from: '1.0.0', to: '1.2.0', fromRevision: sha('a'), link: link('a', 'c') },
  ]);
  const notes = await house?.run('history', '--format', 'notes');
  expect(notes?.stdout).toContain(
    `\`1.0.0\` -> \`1.2.0\` of \`ghcr.io/acme/web\` ([changes](<${link('a', 'c')}>))`,
  );
});

it('a record that lies of what was left tells what was left, and links to nothing', async () => {
  const forged = { from: '0.1.0', to: '1.2.0', fromRevision: sha('e'), revision: sha('c') };
  expect(await histories(':1.0.0', [[':1.2.0', forged]])).toMatchObject([
    { from: '1.0.0', to: '1.2.0', fromRevision: '', link: null },
  ]);
});

it('a tag that moves has the revision of its digest, not of another time', async () => {
  const stable = { from: 'stable', to: 'stable' };
  const releases = await histories(`:stable@${digest('1')}`, [
    [
      `:stable@${digest('2')}`,
      { ...stable, fromDigest: digest('1'), digest: digest('2'), revision: sha('2') },
    ],
    [
      `:stable@${digest('3')}`,
      { ...stable, fromDigest: digest('2'), digest: digest('3'), revision: sha('3') },
    ],
    [
      `:stable@${digest('4')}`,
      { ...stable, fromDigest: digest('3'), digest: digest('4'), revision: sha('4') },
    ],
  ]);
  expect(releases.map((one) => one['link'])).toEqual([link('3', '4'), link('2', '3'), null]);
});

function line(change: Partial<ReleaseRecord>): string {
  return renderRecord(record({ field, digest: '', source: 'https://git.test/acme/web', ...change }));
}

const field = `${file}#/spec/template/spec/containers/0/image`;

function web(value: string): string {
  return deployment('web', `ghcr.io/acme/web${value}`);
}

function sha(digit: string): string {
  return digit.repeat(40);
}

function digest(digit: string): string {
  return `sha256:${digit.repeat(64)}`;
}

function link(from: string, to: string): string {
  return `https://git.test/acme/web/compare/${sha(from)}...${sha(to)}`;
}
