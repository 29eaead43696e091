import { afterEach, expect, it } from 'vitest';
import { deployment, policyFile } from '../scenarios/world.ts';
import { commit, run } from './moves.ts';
import { Stage } from './stage.ts';

/** What was taken back stays so where the place of a field is written in another way (product.md, 6.2). */
let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

const marked = (tag: string): string => `app:\n  tag: ${tag} # {"$tallyman": "web:tag"}\n`;
const listed = (tag: string): string => `apps:\n  - tag: ${tag} # {"$tallyman": "web:tag"}\n`;
const targeted = (tag: string): string => `app:\n  tag: ${tag}\n`;
const helm = (image: string, tag: string): string => `image:\n  repository: ${image}\n  tag: ${tag}\n`;
const service = (image: string, name: string, tag: string): string =>
  `  ${name}:\n    image: ${image}:${tag}\n`;
const targets = '  targets:\n    - {file: "prod/**/*.yaml", path: "$.app.tag", field: tag}\n';

interface Restructuring {
  readonly label: string;
  readonly file: string;
  readonly of: (image: string, tag: string) => string;
  /** `undefined`: where it was. */
  readonly to?: string;
  readonly edited: (image: string, tag: string) => string;
  readonly more?: string;
}

const table: readonly Restructuring[] = [
  {
    label: 'a marked tag, in a file that moves with edits',
    file: 'prod/v.yaml',
    of: (_, tag) => marked(tag),
    to: 'prod/x/v.yaml',
    edited: (_, tag) => `# moved\n${marked(tag)}`,
  },
  {
    label: 'a marked tag in a list, into which something is put before it',
    file: 'prod/v.yaml',
    of: (_, tag) => listed(tag),
    edited: (_, tag) => listed(tag).replace('apps:\n', 'apps:\n  - tag: 9.9.9 # {"$tallyman": "api:tag"}\n'),
  },
  {
    label: 'a marked tag whose key has another name',
    file: 'prod/v.yaml',
    of: (_, tag) => marked(tag),
    edited: (_, tag) => marked(tag).replace('app:', 'front:'),
  },
  {
    label: 'a tag by targets, in a file that moves with edits',
    file: 'prod/v.yaml',
    of: (_, tag) => targeted(tag),
    to: 'prod/x/v.yaml',
    edited: (_, tag) => `# moved\n${targeted(tag)}`,
    more: targets,
  },
  {
    label: 'values that become those of a subchart',
    file: 'prod/values.yaml',
    of: helm,
    edited: (image, tag) => `web:\n${helm(image, tag).replaceAll(/^/gm, '  ').trimEnd()}\n`,
  },
  {
    label: 'values that become those of a subchart, in another folder',
    file: 'prod/values.yaml',
    of: helm,
    to: 'prod/umbrella/values.yaml',
    edited: (image, tag) => `web:\n${helm(image, tag).replaceAll(/^/gm, '  ').trimEnd()}\n`,
  },
  {
    label: 'a map that becomes one text',
    file: 'prod/values.yaml',
    of: helm,
    edited: (image, tag) => `image: ${image}:${tag}\n`,
  },
  {
    label: 'a service of Compose with another name',
    file: 'prod/compose.yaml',
    of: (image, tag) => `services:\n  web:\n    image: ${image}:${tag}\n`,
    edited: (image, tag) => `services:\n  front:\n    image: ${image}:${tag}\n`,
  },
  {
    label: 'a workload that is put into a list',
    file: 'prod/web.yaml',
    of: (image, tag) => deployment('web', `${image}:${tag}`),
    edited: (image, tag) => {
      const item = deployment('web', `${image}:${tag}`)
        .replace(/^#.*\n/, '')
        .trimEnd();
      return `apiVersion: v1\nkind: List\nitems:\n- ${item.replaceAll('\n', '\n  ')}\n`;
    },
  },
];

it.each(table)('$label', async ({ file, of, to = file, edited, more = '' }) => {
  const on = (stage = await Stage.open((image) => ({
    [file]: of(image('web'), '1.0.0'),
    'policies.yaml': `${policyFile('web', image('web'), 'semver: "^1"', more)}---\n${policyFile('api', image('api'), 'semver: "^9"')}`,
  })));
  on.push('api', '9.9.9');
  on.push('web', '1.0.0', '1.1.0');
  expect(await run(on)).toEqual(['web']);
  await commit(on, { [file]: of(on.image('web'), '1.0.0') });
  expect(await run(on)).toEqual([]);
  await commit(on, { [file]: null, [to]: edited(on.image('web'), '1.0.0') });
  expect(await run(on)).toEqual([]);
  on.push('web', '1.2.0');
  expect(await run(on)).toEqual(['web']);
  expect(await on.file(to)).toBe(edited(on.image('web'), '1.2.0'));
});

it('is another field where the first one stays', async () => {
  const file = 'prod/compose.yaml';
  const on = (stage = await Stage.open((image) => ({
    [file]: `services:\n${service(image('web'), 'web', '1.0.0')}`,
    'policies.yaml': policyFile('web', image('web'), 'semver: "^1"'),
  })));
  on.push('web', '1.0.0', '1.1.0');
  expect(await run(on)).toEqual(['web']);
  const text = `services:\n${service(on.image('web'), 'web', '1.0.0')}`;
  await commit(on, { [file]: text });
  await commit(on, { [file]: text + service(on.image('web'), 'front', '1.0.0') });
  expect(await run(on)).toEqual(['web']);
  expect(await on.file(file)).toBe(text + service(on.image('web'), 'front', '1.1.0'));
});
