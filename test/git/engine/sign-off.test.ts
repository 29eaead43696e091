import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { signedOff } from '../../../src/git/engine/sign-off.ts';

const ann = { name: 'Ann', email: 'ann@test.invalid' };
const line = 'Signed-off-by: Ann <ann@test.invalid>';
const record = 'Tallyman-Release: v=1 branch=main intent=update';

describe('signedOff', () => {
  it.each([
    ['a subject', 'release(web): 1.1.0', `release(web): 1.1.0\n\n${line}\n`],
    ['a subject that looks like a trailer', 'Release: 1.1.0\n', `Release: 1.1.0\n\n${line}\n`],
    ['a body', 'x\n\nWhy it is so.\n', `x\n\nWhy it is so.\n\n${line}\n`],
    ['records', `x\n\nWhy.\n\n${record}\n${record}\n`, `x\n\nWhy.\n\n${record}\n${record}\n${line}\n`],
    ['its own line', `x\n\n${record}\n${line}\n`, `x\n\n${record}\n${line}\n`],
  ])('adds the line to %s, where git finds it', (_, message, expected) => {
    const signed = signedOff(message, ann);
    expect(signed).toBe(expected);
    const trailers = execFileSync('git', ['interpret-trailers', '--parse'], {
      input: signed,
      encoding: 'utf8',
    });
    expect(trailers.split('\n').filter((text) => text === line)).toHaveLength(1);
  });
});
