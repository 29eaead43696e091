import { describe, expect, it } from 'vitest';
import { readText } from './annotated.ts';
import { cases, promised, told, type Row } from './reference.ts';

const workload = (lines: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: hello\n  annotations:\n    ${lines}\nspec:\n  template:\n    spec:\n      containers: [{name: web, image: "a/web:1.2.0"}]\n      initContainers: [{name: init, image: "a/init:1.0.0"}]\n`;

const minor = (key: string): string => `keel.sh/policy: minor\n    keel.sh/${key}`;

const level = (name: string, prerelease = 'same') => ({ rule: { relative: { level: name, prerelease } } });

const values = (line: string, image = '{repository: image.repository, tag: image.tag}'): string =>
  `image: {repository: a/web, tag: 1.2.0, digest: ""}\nkeel:\n  ${line}\n  images: [${image}]\n`;

const names = (lines: string) => readText(workload(lines)).policies.map(({ name }) => name);

describe('Keel, key by key', () => {
  const rows: readonly Row[] = [
    ...['all', 'major', 'minor', 'patch'].map((name): Row => [
      `166 ${name}`,
      `keel.sh/policy: ${name}`,
      level(name, name === 'all' ? 'any' : 'same'),
    ]),
    ['166 the old prefix', 'keel.observer/policy: minor', level('minor')],
    ['166 glob', 'keel.sh/policy: "glob:a-*"', { rule: { kind: 'glob', pattern: 'a-*' } }],
    ['166 regexp', 'keel.sh/policy: "regexp:^a"', { rule: { kind: 'regex', pattern: '^a' } }],
    ['166 never', 'keel.sh/policy: never', undefined],
    ['166 force', 'keel.sh/policy: force', undefined, ['not-supported', '"digest:1.2.0" to follow one tag']],
    ['166 an unknown one', 'keel.sh/policy: minro', undefined, ['bad-annotation', 'did you mean "minor"']],
    ['167 trigger', minor('trigger: poll'), level('minor'), ['not-supported', 'keel.sh/trigger']],
    [
      '168 pollSchedule',
      minor('pollSchedule: "@every 5m"'),
      level('minor'),
      ['not-supported', 'keel.sh/pollSchedule'],
    ],
    [
      '169 matchTag',
      'keel.sh/policy: force\n    keel.sh/matchTag: "true"',
      { rule: { kind: 'digest', tag: '1.2.0' } },
    ],
    ['169 match-tag', 'keel.sh/policy: force\n    keel.sh/match-tag: "true"', { rule: { kind: 'digest' } }],
    ['170 matchPreRelease', minor('matchPreRelease: "false"'), level('minor', 'any')],
    [
      '171 imagePullSecret',
      minor('imagePullSecret: s'),
      level('minor'),
      ['not-supported', 'keel.sh/imagePullSecret'],
    ],
    ['173 imageVolumes', minor('imageVolumes: "true"'), level('minor')],
    ['174 monitorContainers', minor('monitorContainers: ^w'), level('minor')],
    [
      '175 approvals',
      minor('approvals: "2"'),
      { hold: { reason: 'Keel asks for 2 approvals' } },
      ['not-supported', 'keel.sh/approvals'],
    ],
    [
      '176 approvalDeadline',
      minor('approvalDeadline: "2"'),
      level('minor'),
      ['not-supported', 'keel.sh/approvalDeadline'],
    ],
    ['177 notify', minor('notify: chat'), level('minor'), ['not-supported', 'keel.sh/notify']],
    [
      '178 releaseNotes',
      minor('releaseNotes: "https://a.test"'),
      level('minor'),
      ['not-supported', 'keel.sh/releaseNotes'],
    ],
    ['179 digest and update-time', `${minor('digest: a')}\n    keel.sh/update-time: b`, level('minor')],
    [
      '164 an unknown key',
      minor('matchTga: "true"'),
      undefined,
      ['bad-annotation', 'did you mean "keel.sh/matchTag"'],
    ],
  ];
  it.each(cases(rows))('line $label', (one) => {
    const line = one.text.includes('\n') ? 7 : 6;
    expect(told(readText(workload(one.text)))).toMatchObject(promised(one, line));
  });

  it('line 172 initContainers', () => {
    expect(names(minor('initContainers: "true"')).toSorted()).toEqual(['hello/init', 'hello/web']);
    expect(names('keel.sh/policy: minor')).toEqual(['hello/web']);
  });

  const sections: readonly Row[] = [
    ['187 policy', 'policy: patch', level('patch')],
    ['188 matchTag', '{policy: force, matchTag: true}', { rule: { kind: 'digest', tag: '1.2.0' } }],
    ['189 matchPreRelease', '{policy: minor, matchPreRelease: false}', level('minor', 'any')],
    ['190 trigger', '{policy: minor, trigger: poll}', level('minor'), ['not-supported', 'keel.trigger']],
    [
      '191 pollSchedule',
      '{policy: minor, pollSchedule: "@every 2m"}',
      level('minor'),
      ['not-supported', 'keel.pollSchedule'],
    ],
    [
      '192 approvals',
      '{policy: minor, approvals: 1}',
      { hold: { reason: 'Keel asks for 1 approvals' } },
      ['not-supported', 'keel.approvals'],
    ],
    [
      '193 approvalDeadline',
      '{policy: minor, approvalDeadline: 24}',
      level('minor'),
      ['not-supported', 'keel.approvalDeadline'],
    ],
    [
      '194 notificationChannels',
      '{policy: minor, notificationChannels: [a]}',
      level('minor'),
      ['not-supported', 'keel.notificationChannels'],
    ],
  ];
  it.each(cases(sections))('values, line $label', (one) => {
    const text = values(one.text).replace(
      / {2}\{(.*)\}\n {2}images/,
      (_whole, keys: string) => `  ${keys.replaceAll(', ', '\n  ')}\n  images`,
    );
    expect(told(readText(text))).toMatchObject(promised(one, 4));
  });

  const imagesOf: readonly Row[] = [
    ['196 repository alone', '{repository: image.repository}', { image: { spelled: 'a/web' } }],
    ['197 tag', '{repository: image.repository, tag: image.tag}', { digest: 'keep' }],
    ['198 digest', '{repository: image.repository, tag: image.tag, digest: image.digest}', { digest: 'pin' }],
    [
      '199 releaseNotes',
      '{repository: image.repository, tag: image.tag, releaseNotes: a}',
      level('minor'),
      ['not-supported', 'releaseNotes'],
    ],
    [
      '200 imagePullSecret',
      '{repository: image.repository, tag: image.tag, imagePullSecret: a}',
      level('minor'),
      ['not-supported', 'imagePullSecret'],
    ],
    [
      '195 an unknown key',
      '{repository: image.repository, tga: image.tag}',
      undefined,
      ['bad-policy', 'did you mean "tag"'],
    ],
  ];
  it.each(cases(imagesOf))('values, line $label', (one) => {
    expect(told(readText(values('policy: minor', one.text)))).toMatchObject(promised(one, 4));
  });
});
