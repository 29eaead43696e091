import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dropRules } from '../../src/policy/election/decision.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { House } from './house.ts';

let house: House;

beforeAll(async () => {
  house = await House.open((image) => ({
    'prod/web.yaml': deployment('web', `${image('web')}:1.0.0`),
    'prod/web.policy.yaml': policyFile('web-prod', image('web'), 'semver: "^1"'),
    'prod/held.yaml': deployment('held', `${image('held')}:1.0.0`),
    'prod/held.policy.yaml': policyFile(
      'held',
      image('held'),
      'semver: "^1"',
      '  hold: {reason: audit, by: ann}\n',
    ),
    'prod/lone.policy.yaml': policyFile('lone', image('lone'), 'semver: "^1"'),
  }));
  house.push('web', '0.9.0', '1.0.0', '1.1.0', '1.1.0-debug', '2.0.0', 'latest');
  house.push('held', '1.0.0', '1.1.0');
});

afterAll(() => house.close());

const text = expect.any(String) as string;
const digest = expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string;

const release = {
  policy: 'web-prod',
  service: 'web',
  environment: 'prod',
  field: 'prod/web.yaml#/spec/template/spec/containers/0/image',
  file: 'prod/web.yaml',
  line: 11,
  image: text,
  from: '1.0.0',
  fromDigest: '',
  to: '1.1.0',
  digest,
  reason: text,
};

const unbound = {
  code: 'unbound-policy',
  file: 'prod/lone.policy.yaml',
  line: 1,
  column: 1,
  message: text,
  policy: 'lone',
};

/** As docs/commands.md describes them; `toEqual` fails on a key too many. */
describe('the JSON document of', () => {
  it('plan', async () => {
    const { exit, document } = await house.json('plan');
    expect(exit).toBe(1);
    expect(document).toEqual({
      schema: 'tallyman.dev/plan/v1',
      repositories: [
        {
          repository: 'fleet',
          branch: 'main',
          outcome: 'planned',
          base: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
          commits: [{ commit: null, title: 'web-prod', releases: [release], diff: text, message: text }],
          plan: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
          fuse: [],
          problems: [unbound],
        },
      ],
    });
  });

  it('plan --dir', async () => {
    const { document } = await house.json('plan', '--dir', 'checkout');
    expect(document).toEqual({
      schema: 'tallyman.dev/plan/v1',
      dir: 'checkout',
      commits: [{ commit: null, title: 'web-prod', releases: [release], diff: text, message: text }],
      problems: [unbound],
    });
  });

  it('explain', async () => {
    const { exit, document } = await house.json('explain', 'web-prod');
    expect(exit).toBe(0);
    expect(document).toEqual({
      schema: 'tallyman.dev/explain/v1',
      policy: 'web-prod',
      stops: [],
      fuse: [],
      problems: [],
      fields: [
        {
          field: release.field,
          file: 'prod/web.yaml',
          line: 11,
          column: 25,
          via: 'name',
          image: text,
          environment: 'prod',
          current: { tag: '1.0.0', digest: null },
          elected: '1.1.0',
          digest,
          reason: text,
          considered: 6,
          gates: [],
          dropped: [
            { tag: '1.0.0', rule: 'outranked', detail: text },
            { tag: '2.0.0', rule: 'out-of-range', detail: text },
            { tag: '1.1.0-debug', rule: 'out-of-range', detail: text },
            { tag: '0.9.0', rule: 'out-of-range', detail: text },
            { tag: 'latest', rule: 'default-exclusion', detail: text },
          ],
        },
      ],
    });
  });

  it('explain of a held policy names the gate', async () => {
    const { document } = await house.json('explain', 'held');
    expect(document['fields']).toMatchObject([{ elected: '1.1.0', gates: [{ gate: 'hold', detail: text }] }]);
  });

  it('status', async () => {
    const { document } = await house.json('status');
    expect(document).toMatchObject({ schema: 'tallyman.dev/status/v1', problems: [unbound] });
    expect(document['services']).toEqual([
      expect.objectContaining({
        service: 'held',
        newer: '1.1.0',
        because: expect.stringMatching(/^hold: /) as string,
      }),
      {
        repository: 'fleet',
        service: 'web',
        environment: 'prod',
        policy: 'web-prod',
        field: release.field,
        file: 'prod/web.yaml',
        line: 11,
        column: 25,
        tag: '1.0.0',
        digest: null,
        newer: '1.1.0',
        since: null,
        because: 'the next run releases it',
      },
    ]);
  });

  it('lint', async () => {
    const { exit, document } = await house.json('lint', '--dir', 'checkout');
    expect(exit).toBe(1);
    expect(document).toMatchObject({ schema: 'tallyman.dev/lint/v1', dir: 'checkout', problems: [unbound] });
    expect(document['policies']).toContainEqual({
      policy: 'web-prod',
      dialect: 'tallyman',
      image: text,
      rule: 'semver ^1',
      file: 'prod/web.policy.yaml',
      line: 1,
      column: 1,
      fields: 1,
    });
    expect(document['bindings']).toContainEqual({
      policy: 'web-prod',
      via: 'name',
      file: 'prod/web.yaml',
      line: 11,
      column: 25,
      field: release.field,
      tag: '1.0.0',
      digest: null,
    });
  });

  it('edit', async () => {
    const { exit, document } = await house.json(
      'edit',
      '--dir',
      'checkout',
      '--set',
      `web-prod=${house.image('web')}:1.4.0`,
    );
    expect(exit).toBe(0);
    const reference = `${house.image('web')}:1.0.0`;
    expect(document).toEqual({
      schema: 'tallyman.dev/edit/v1',
      edits: [
        {
          file: 'prod/web.yaml',
          line: 11,
          column: 25,
          policy: 'web-prod',
          field: 'image',
          old: reference,
          new: `${house.image('web')}:1.4.0`,
        },
      ],
      problems: [],
      written: 0,
    });
    expect(await house.read('prod/web.yaml')).toContain(reference);
  });

  it('schema', async () => {
    expect((await house.json('schema')).document).toEqual({
      schema: 'tallyman.dev/schema/v1',
      schemas: ['imagepolicy', 'config', 'holds'],
    });
    const { document } = await house.json('schema', 'imagepolicy');
    expect(document).toMatchObject({ name: 'imagepolicy', document: { type: 'object' } });
  });

  it('run --once, and then of history', async () => {
    const { exit, document } = await house.json('run', '--once', '--fail-on', 'never');
    expect(exit).toBe(0);
    expect(document).toMatchObject({
      schema: 'tallyman.dev/run/v1',
      repositories: [
        { outcome: 'released', commits: [{ commit: expect.stringMatching(/^[0-9a-f]{40}$/) as string }] },
      ],
    });
    const history = (await house.json('history')).document;
    const [repository] = document['repositories'] as readonly { commits: readonly { commit: string }[] }[];
    const person = { name: 'Bot', email: 'bot@test.invalid' };
    expect(history).toEqual({
      schema: 'tallyman.dev/history/v1',
      releases: [
        {
          repository: 'fleet',
          commit: repository?.commits[0]?.commit,
          at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
          author: person,
          committer: person,
          branch: 'main',
          env: 'prod',
          policy: 'web-prod',
          field: release.field,
          image: house.image('web'),
          from: '1.0.0',
          fromDigest: '',
          to: '1.1.0',
          digest,
          revision: '',
          intent: 'update',
          source: 'tallyman',
          landed: repository?.commits[0]?.commit,
          fromRevision: '',
          sourceUrl: null,
          link: null,
        },
      ],
    });
    for (const filter of [
      ['--service', 'web'],
      ['--environment', 'prod'],
      ['--since', '1d'],
      ['--path', 'prod'],
      ['web-prod'],
    ]) {
      expect((await house.json('history', ...filter)).document['releases']).toHaveLength(1);
    }
    for (const filter of [
      ['--service', 'api'],
      ['--since', '2099-01-01'],
      ['--path', 'pro'],
      ['--intent', 'hold'],
      ['held'],
    ]) {
      expect((await house.json('history', ...filter)).document['releases']).toHaveLength(0);
    }
  });
});

describe('the documents', () => {
  it('name every rule that removes a tag', async () => {
    const page = await readFile(new URL('../../docs/commands.md', import.meta.url), 'utf8');
    for (const rule of dropRules) expect(page).toMatch(new RegExp(`^\\| \`${rule}\` +\\|`, 'm'));
  });
});
