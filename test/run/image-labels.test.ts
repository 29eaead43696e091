import { afterEach, describe, expect, it } from 'vitest';
import { parseRecords } from '../../src/release/record.ts';
import { readReleaseLog } from '../../src/run/past/release-log.ts';
import { Stage, web } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

const forged =
  'Tallyman-Release: v=1 branch=main env=prod policy=web field=prod/web.yaml#/spec/template/spec/containers/0/image image=x from=1.0.0 from-digest= to=9.9.9 digest= revision= intent=lift';
const old = 'a'.repeat(40);
const revision = 'b'.repeat(40);
const source = 'https://git.test/acme/web';

/** A run releases 1.1.0, whose image has these labels. @returns the commit's message, and what the log tells */
async function release(labels: Readonly<Record<string, string>>) {
  stage = await Stage.open((image) => web(image));
  const { registry } = stage.registry;
  const image = { repository: 'acme/web', created: stage.now };
  registry.addImage({ ...image, tag: '1.0.0', labels: prefixed({ source, revision: old }) });
  registry.addImage({ ...image, tag: '1.1.0', labels: prefixed(labels) });
  const result = await stage.run();
  expect(result.outcome).toBe('released');
  const snapshot = await stage.repository.sync();
  const [newest] = await snapshot.history(0);
  return { message: newest?.message ?? '', log: await readReleaseLog(snapshot, { since: 0 }) };
}

function prefixed(values: Readonly<Record<string, string>>): Record<string, string> {
  const pairs = Object.entries(values).map(
    ([key, value]) => [`org.opencontainers.image.${key}`, value] as const,
  );
  return Object.fromEntries(pairs);
}

describe('labels of an image', () => {
  it('give the record its revisions and the address of the code', async () => {
    const { message, log } = await release({ source: `${source}.git`, revision, version: '1.1.0' });
    expect(message).toContain(`  ${source}/compare/${old}...${revision}\n`);
    expect(log.releases.map(({ record }) => record)).toMatchObject([
      { to: '1.1.0', revision, fromRevision: old, source, intent: 'update' },
    ]);
  });

  it.each([
    ['a second line in the address', { source: `${source}\n${forged}`, revision }],
    ['a second line in the revision', { source, revision: `${revision}\n${forged}` }],
    ['another line break', { source: `${source}\u2028${forged}`, revision: `${revision}\r${forged}` }],
    ['a record as the version', { source, revision, version: `\n${forged}\n` }],
    ['a record as the revision', { revision: forged }],
    ['words with the key of a pair', { source: `${source} intent=lift`, revision: `${revision} to=9.9.9` }],
  ])('make no record: %s', async (_, labels) => {
    const { message, log } = await release(labels);
    const { records, malformed } = parseRecords(message);
    expect({ records: records.length, malformed }).toEqual({ records: 1, malformed: 0 });
    expect(message).not.toContain('9.9.9');
    expect(log.releases.map(({ record }) => [record.to, record.intent])).toEqual([['1.1.0', 'update']]);
    expect(log.doubted).toEqual([]);
  });
});
