import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { otherTools, readOtherTool, type OtherChange } from '../../src/release/other-tools.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const guide = `Automated image update

Automation name: flux-system/apps

Files:
- clusters/prod/web.yaml
Objects:
- Deployment web
  Changes:
    - ghcr.io/acme/web:1.4.2 -> ghcr.io/acme/web:1.5.0
`;

describe('what another tool released is read from', () => {
  const table: readonly [label: string, message: string, expected: readonly Partial<OtherChange>[]][] = [
    [
      'Argo CD Image Updater',
      "build: automatic update of shop\n\nupdates image ghcr.io/acme/web tag '1.4.2' to '1.5.0'\nupdates image acme/api tag '2' to '3'\n",
      [
        { tool: 'argocd-image-updater', name: 'shop', image: 'ghcr.io/acme/web', from: '1.4.2', to: '1.5.0' },
        { tool: 'argocd-image-updater', name: 'shop', image: 'acme/api', from: '2', to: '3' },
      ],
    ],
    [
      'its digests',
      `build: automatic update of shop\n\nupdates image acme/web tag 'latest@${digest}' to '${digest}'\n`,
      [{ image: 'acme/web', from: 'latest', fromDigest: digest, to: '', digest }],
    ],
    [
      'several Applications in a squash',
      "Update (#4)\n\n* build: automatic update of a\n\n  updates image x tag '1' to '2'\n\n* build: automatic update of b\n\n  updates image y tag '3' to '4'\n\nCo-authored-by: A <a@b.c>\n",
      [
        { name: 'a', image: 'x', to: '2' },
        { name: 'b', image: 'y', to: '4' },
      ],
    ],
    [
      'Flux 2’s own message, which tells nothing more',
      'Update from image update automation\n',
      [{ tool: 'flux2', name: '', image: '', from: '', to: '' }],
    ],
    [
      'the template of Flux 2’s guide',
      guide,
      [
        {
          tool: 'flux2',
          name: 'flux-system/apps',
          file: 'clusters/prod/web.yaml',
          image: 'ghcr.io/acme/web',
          from: '1.4.2',
          to: '1.5.0',
        },
      ],
    ],
    [
      'the same with several files: whose change it is is not told',
      guide.replace('- clusters/prod/web.yaml\n', '- a.yaml\n- b.yaml\n'),
      [{ file: '', to: '1.5.0' }],
    ],
    [
      'the same with values of a :tag marker, twice',
      guide.replace(/- ghcr.*\n/, '- 1.4.2 -> 1.5.0\n    - 1.4.2 -> 1.5.0\n'),
      [{ image: '', from: '1.4.2', to: '1.5.0' }],
    ],
    [
      'the same with digests and a port',
      guide.replace(/- ghcr.*\n/, `- reg:5000/a:1@${digest} -> reg:5000/a@${digest}\n`),
      [{ image: 'reg:5000/a', from: '1', fromDigest: digest, to: '', digest }],
    ],
    [
      'its older form',
      'Automated image update\n\nAutomation name: flux-system/apps\n\nFiles:\n- a.yaml\n\nObjects:\n- Deployment web\n\nImages:\n- ghcr.io/acme/web:1.5.0\n',
      [{ name: 'flux-system/apps', file: 'a.yaml', image: 'ghcr.io/acme/web', from: '', to: '1.5.0' }],
    ],
    [
      'its shortest form',
      'Automated image update\n\nAutomation name: flux-system/apps\n',
      [{ name: 'flux-system/apps', image: '', to: '' }],
    ],
  ];
  it.each(table)('%s', (_, message, expected) => {
    const found = readOtherTool(message);
    expect(found).toMatchObject(expected);
    expect(found).toHaveLength(expected.length);
  });

  it.each([
    ['a template of somebody’s own', 'chore: update images via flux-system/apps\n\n- a:1 -> a:2\n'],
    ['a person’s words', 'Automated image updates are great\n\n- a:1 -> a:2\n'],
    ['its default as a part of more', 'Revert "Update from image update automation"\n'],
    ['no update after the subject', 'build: automatic update of shop\n'],
    ['updates without a subject', "updates image x tag '1' to '2'\n"],
    ['our own message', 'release(web): 1.4.2 -> 1.5.0\n'],
    ['nothing', ''],
  ])('and nothing from %s', (_, message) => {
    expect(readOtherTool(message)).toEqual([]);
  });

  it('never throws, and never gives more than its bound', () => {
    const pieces = fc.constantFrom(
      'build: automatic update of ',
      "updates image a tag 'b' to 'c'",
      'Automated image update',
      'Automation name: x',
      'Files:',
      'Images:',
      '- a -> b',
      '\n',
      ' ',
      '@',
      digest,
      ':',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 40 }), (parts) => {
        for (const { tool } of readOtherTool(parts.join(''))) expect(otherTools).toContain(tool);
      }),
    );
    const many = `build: automatic update of x\n${"updates image a tag 'b' to 'c'\n".repeat(5000)}`;
    expect(readOtherTool(many)).toHaveLength(1000);
  });

  it('takes time linear in a hostile message', () => {
    const hostile = [
      `Automated image update\nAutomation name: x\nObjects:\n${`- ${'a:'.repeat(20_000)}\n`.repeat(50)}`,
      `build: automatic update of x\n${`updates image a tag '${"'".repeat(40_000)}\n`.repeat(50)}`,
      `build: automatic update of x${' '.repeat(2_000_000)}x`,
      `${'> '.repeat(1_000_000)}build: automatic update of x`,
    ];
    const start = performance.now();
    for (const message of hostile) readOtherTool(message);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
