import { describe, expect, it } from 'vitest';
import { dropPolicyHold, dropWorkloadHold } from '../../src/release/drop-hold.ts';

const policy = (name: string, more: string): string =>
  `apiVersion: tallyman.dev/v1\nkind: ImagePolicy\nmetadata:\n  name: ${name}\nspec:\n  image: r/${name}\n${more}  policy: {semver: "*"}\n`;

describe('dropPolicyHold', () => {
  it('takes the hold of the policy of that name', () => {
    const hold = '  hold:\n    reason: x\n    by: Ann\n';
    const before = `${policy('api', hold)}---\n${policy('web', hold)}`;
    expect(dropPolicyHold(before, 'web')).toEqual({
      text: `${policy('api', hold)}---\n${policy('web', '')}`,
    });
    expect(dropPolicyHold(policy('web', ''), 'web')).toEqual({ refused: 'it is not there' });
    expect(dropPolicyHold('a: [\n', 'web')).toEqual({ refused: expect.stringContaining('no valid YAML') });
  });
});

const workload = (annotations: string, indent = ''): string =>
  `kind: Deployment\nmetadata:\n  name: web\n  annotations:\n${annotations}spec:\n  template:\n    spec:\n      containers:\n        - image: r/web:1\n`.replaceAll(
    /^(?=.)/gm,
    indent,
  );

const items = (annotations: string): string => `kind: List\nitems:\n  -\n${workload(annotations, '    ')}`;

describe('dropWorkloadHold', () => {
  const pointer = '/spec/template/spec/containers/0/image';

  it('takes the annotation of the workload around the field', () => {
    const before = workload('    tallyman.dev/hold: broken since noon # INC-1\n    x: y\n');
    expect(dropWorkloadHold(before, 0, pointer)).toEqual({ text: workload('    x: y\n') });
    expect(dropWorkloadHold(`a: 1\n---\n${before}`, 1, pointer)).toEqual({
      text: `a: 1\n---\n${workload('    x: y\n')}`,
    });
    expect(dropWorkloadHold(workload('    x: y\n'), 0, pointer)).toEqual({ refused: 'it is not there' });
  });

  it('takes that of an item of a List', () => {
    expect(dropWorkloadHold(items('    tallyman.dev/hold: x\n    x: y\n'), 0, `/items/0${pointer}`)).toEqual({
      text: items('    x: y\n'),
    });
  });
});
