import { afterEach, describe, expect, it } from 'vitest';
import { readReleaseLog } from '../../src/run/past/release-log.ts';
import { policyFile } from '../scenarios/world.ts';
import { Stage, titles } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

const targets = '  targets:\n    - {file: "conf/*.yaml", path: $.web.version, field: tag}\n';
const digests = '    - {file: "conf/*.yaml", path: $.web.sha, field: digest}\n';
const before = 'web:\n  version: "1.0.0"   # by hand\n';

/** One value that only a target names, in a repository with one image. */
async function open(text = before, more = ''): Promise<Stage> {
  stage = await Stage.open((image) => ({
    'policy.yaml': policyFile('web', image('web'), 'semver: "*"', `${targets}${more}`),
    'conf/versions.yaml': text,
  }));
  return stage;
}

describe('a value that a target names', () => {
  it('is released, byte for byte', async () => {
    const opened = await open();
    opened.push('web', '1.0.0', '1.1.0');
    expect(titles(await opened.run())).toEqual(['web']);
    expect(await opened.file('conf/versions.yaml')).toBe('web:\n  version: "1.1.0"   # by hand\n');
    expect(titles(await opened.run())).toEqual([]);
  });

  it('is released with its digest', async () => {
    const first = `sha256:${'1'.repeat(64)}`;
    const opened = await open(`web: {version: 1.0.0, sha: "${first}"}\n`, digests);
    const digest = opened.put('web', '1.1.0', 'new');
    expect(titles(await opened.run())).toEqual(['web']);
    expect(await opened.file('conf/versions.yaml')).toBe(`web: {version: 1.1.0, sha: "${digest}"}\n`);
  });

  it('is not released again after people took it back, also with empty state', async () => {
    const opened = await open();
    opened.push('web', '1.0.0', '1.1.0');
    await opened.run();
    await opened.commit({ 'conf/versions.yaml': before }, 'Revert "release"\n');
    expect(titles(await opened.run())).toEqual([]);
    opened.forget();
    expect(titles(await opened.run())).toEqual([]);
    opened.push('web', '1.1.1');
    expect(titles(await opened.run())).toEqual(['web']);
    expect(await opened.file('conf/versions.yaml')).toContain('"1.1.1"');
  });

  it('is not released again where the only record of it is what people did by hand', async () => {
    const opened = await open();
    opened.push('web', '1.0.0', '1.1.0');
    await opened.commit({ 'conf/versions.yaml': before.replace('1.0.0', '1.1.0') });
    await opened.commit({ 'conf/versions.yaml': before });
    expect(titles(await opened.run())).toEqual([]);
  });

  it('is told of by the release log', async () => {
    const opened = await open();
    opened.push('web', '1.0.0', '1.1.0');
    await opened.run();
    const { releases, doubted } = await readReleaseLog(await opened.repository.sync(), { since: 0 });
    expect(releases.map(({ record }) => [record.field, record.from, record.to])).toEqual([
      ['conf/versions.yaml#/web/version', '1.0.0', '1.1.0'],
    ]);
    expect(doubted).toEqual([]);
  });
});
