import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import type { Digest } from '../../src/image/digest.ts';
import { answerAges } from '../../src/run/ages/answer-ages.ts';
import { RunMemory } from '../../src/run/run.ts';
import { SharedAges, type AgeWitness } from '../../src/run/ages/shared-ages.ts';
import { openMemoryState } from '../../src/state/memory.ts';
import type { StateStore } from '../../src/state/store.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { Stage, titles, web } from './stage.ts';

const hour = 3_600_000;
const now = Date.parse('2026-11-21T09:00:00Z');

function digestOf(number: number, head = ''): Digest {
  return `sha256:${head}${number.toString(16).padStart(64 - head.length, '0')}` as Digest;
}

/** Answers by a table, and counts the questions. */
function witness(known: Readonly<Record<string, number>>): AgeWitness & { asked: string[] } {
  const asked: string[] = [];
  return { asked, recordedAt: async (digest) => (asked.push(digest), known[digest]) };
}

describe('shared ages', () => {
  it('are told by another branch when its run comes, to every later run', async () => {
    const state = openMemoryState();
    const [one, two] = [digestOf(1), digestOf(2)];
    await new SharedAges(state).ask(one);
    await new SharedAges(state).ask(two);
    await new SharedAges(state).answer('b', witness({ [one]: 5 }), now);
    expect(await new SharedAges(state).recordedAt(one)).toBe(5);
    expect(await new SharedAges(state).recordedAt(two)).toBeUndefined();
  });

  it('are the earliest of all that were told', async () => {
    const state = openMemoryState();
    const one = digestOf(1);
    await new SharedAges(state).ask(one);
    for (const [branch, at] of [
      ['b', 7],
      ['c', 5],
      ['d', 6],
    ] as const)
      await new SharedAges(state).answer(branch, witness({ [one]: at }), now);
    expect(await new SharedAges(state).recordedAt(one)).toBe(5);
  });

  it('cost a branch nothing where nobody asks, and each question once', async () => {
    const state = openMemoryState();
    const b = witness({});
    await new SharedAges(state).answer('b', b, now);
    expect(b.asked).toEqual([]);
    await new SharedAges(state).ask(digestOf(1));
    for (let run = 0; run < 3; run++) await new SharedAges(state).answer('b', b, now + run * hour);
    expect(b.asked).toEqual([digestOf(1)]);
  });

  it('are answered hourly at most, also when the clock went back', async () => {
    const state = openMemoryState();
    const b = witness({});
    const askAndAnswer = async (number: number, at: number): Promise<number> => {
      await new SharedAges(state).ask(digestOf(number));
      await new SharedAges(state).answer('b', b, at);
      return b.asked.length;
    };
    expect(await askAndAnswer(1, now)).toBe(1);
    expect(await askAndAnswer(2, now + hour - 1)).toBe(1);
    expect(await askAndAnswer(3, now + hour)).toBe(3);
    expect(await askAndAnswer(4, now - 24 * hour)).toBe(4);
  });

  it('are bounded, whatever is asked and told', async () => {
    const kept = new Map<string, string>();
    const inner = openMemoryState();
    const state: StateStore = {
      get: (space, keys) => inner.get(space, keys),
      set: async (space, entries) => {
        for (const [key, value] of entries) kept.set(key, value);
        await inner.set(space, entries);
      },
      close: () => inner.close(),
    };
    // All in one slot, which only an attacker could make.
    const all = Array.from({ length: 600 }, (_, number) => digestOf(number, 'abc'));
    const known = Object.fromEntries(all.map((digest) => [digest, 1]));
    for (let run = 0; run < 3; run++) {
      const ages = new SharedAges(state);
      for (const digest of all.slice(run * 200)) await ages.ask(digest);
      await new SharedAges(state).answer('b', witness(known), now + run * hour);
    }
    expect(kept.size).toBe(3);
    expect(Math.max(...[...kept.values()].map(({ length }) => length))).toBeLessThan(20_000);
  });

  it('read a damaged store as an empty one, and mend it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
        const state = openMemoryState();
        const one = digestOf(1);
        const damaged = ['asked', 'answered b', 'at 000'].map((key) => [key, text] as const);
        await state.set('recorded', new Map(damaged));
        expect(await new SharedAges(state).recordedAt(one)).toBeUndefined();
        await new SharedAges(state).ask(one);
        await new SharedAges(state).answer('c', witness({ [one]: 5 }), now);
        expect(await new SharedAges(state).recordedAt(one)).toBe(5);
      }),
    );
  });

  it('wait for the next run where git does not answer', async () => {
    const state = openMemoryState();
    const one = digestOf(1);
    await new SharedAges(state).ask(one);
    const silent: AgeWitness = { recordedAt: async () => Promise.reject(new Failure('unreachable', 'no')) };
    await answerAges(state, ['b', 'main'], silent, now);
    await answerAges(state, ['b', 'main'], witness({ [one]: 5 }), now + 1);
    expect(await new SharedAges(state).recordedAt(one)).toBe(5);
  });
});

describe('minAge', () => {
  const open: Stage[] = [];
  afterEach(async () => {
    for (const stage of open.splice(0)) await stage.close();
  });

  async function stage(name: string, more = ''): Promise<Stage> {
    const opened = await Stage.open((image) => web(image, more));
    open.push(opened);
    opened.settings = { ...opened.settings, repository: name };
    opened.push('web', '1.0.0', '1.1.0');
    return opened;
  }

  /** `staging` released 1.1.0; `prod` wants it to be a day old. Both in one process, which has lost its state since. */
  async function twoRepositories(): Promise<{ staging: Stage; prod: Stage }> {
    const staging = await stage('staging');
    const prod = await stage('prod', '  minAge: 24h\n');
    for (const one of [staging, prod]) one.put('web', '1.1.0', 'the same content');
    expect(titles(await staging.run())).toEqual(['web']);
    const state = openMemoryState();
    for (const one of [staging, prod]) {
      one.now += 24 * hour;
      one.forget();
      one.ports = { ...one.ports, state };
    }
    return { staging, prod };
  }

  it('counts from a release record in another repository of the process', async () => {
    const { staging, prod } = await twoRepositories();
    expect(titles(await prod.run())).toEqual([]);
    await staging.run();
    expect(titles(await prod.run())).toEqual(['web']);
  });

  it('survives a restart with what the other repository told', async () => {
    const { staging, prod } = await twoRepositories();
    await prod.run();
    await staging.run();
    prod.memory = new RunMemory();
    expect(titles(await prod.run())).toEqual(['web']);
  });

  it('only waits longer where the state is lost', async () => {
    const { staging, prod } = await twoRepositories();
    await prod.run();
    await staging.run();
    prod.forget();
    expect(titles(await prod.run())).toEqual([]);
    prod.now += 24 * hour;
    expect(titles(await prod.run())).toEqual(['web']);
  });

  it('does not ask for anything in a dry run of the other', async () => {
    const { staging, prod } = await twoRepositories();
    await prod.run();
    await staging.run({ dryRun: true });
    expect(titles(await prod.run())).toEqual([]);
  });

  it.each<[label: string, branch: string, to: string, expected: readonly string[]]>([
    ['counts from what the field holds', 'main', '1.0.0', ['web']],
    ['does not count from a record that the field never took', 'main', '1.1.0', []],
    ['does not count from a record of another branch', 'other', '1.0.0', []],
  ])('%s', async (_, branch, to, expected) => {
    const staging = await Stage.open((image) => ({
      'prod/web.yaml': deployment('web', `${image('web')}:1.0.0`),
      'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"', '  hold: {reason: x}\n'),
    }));
    open.push(staging);
    const prod = await stage('prod', '  minAge: 24h\n');
    const digest = prod.put('web', '1.1.0', 'the same content');
    staging.put('web', '1.0.0', 'the same content');
    await staging.commit(
      { 'prod/web.yaml': `${await staging.file('prod/web.yaml')}# x\n` },
      record(digest, branch, to),
    );
    for (const one of [staging, prod]) one.now += 24 * hour;
    staging.ports = { ...staging.ports, state: prod.ports.state };
    await prod.run();
    await staging.run();
    expect(titles(await prod.run())).toEqual(expected);
  });
});

function record(digest: string, branch: string, to: string): string {
  const field = 'prod/web.yaml#/spec/template/spec/containers/0/image';
  return `x\n\nTallyman-Release: v=1 branch=${branch} env=prod policy=web field=${field} image=x/web from=0.9.0 from-digest= to=${to} digest=${digest} revision= intent=update\n`;
}
