import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deployment, policyFile } from '../scenarios/world.ts';
import { until } from '../scenarios/until.ts';
import { tallyman } from './harness.ts';
import { House } from './house.ts';

let house: House;

beforeAll(async () => {
  house = await House.open((image) => ({
    'prod/web.yaml': deployment('web', `${image('web')}:1.0.0`),
    'prod/web.policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
  }));
  house.push('web', '1.0.0');
  await appendFile(join(house.directory, 'tallyman.yaml'), 'server: {listen: "127.0.0.1:0"}\ninterval: 1h\n');
});

afterAll(() => house.close());

describe('the daemon', () => {
  it('answers over HTTP, releases when told to look, and ends in order', async () => {
    let log = '';
    let signal: ((signal: 'stop' | 'reload') => void) | undefined;
    const ended = tallyman(['run'], {
      directory: house.directory,
      onError: (text) => (log += text),
      onSignal: (handler) => {
        signal = handler;
        return () => {};
      },
    });
    await until(() => log.includes('"listening"'));
    const address = /"address":"([^"]+)"/.exec(log)?.[1] ?? '';
    const get = async (path: string) => fetch(`http://${address}${path}`);
    expect((await get('/healthz')).status).toBe(200);
    await until(async () => (await get('/readyz')).status === 200);
    await until(async () => /^tallyman_runs_total\{.*\} 1$/m.test(await (await get('/metrics')).text()));
    house.push('web', '1.1.0');
    signal?.('reload');
    await until(() => log.includes('"event":"released"'));
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toMatch(/^tallyman_releases_total\{[^}]*policy="web"[^}]*\} 1$/m);
    expect((await get('/elsewhere')).status).toBe(404);
    signal?.('stop');
    const result = await ended;
    expect(result.exit).toBe(0);
    expect(result.stdout).toBe('');
    for (const line of log.trim().split('\n'))
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(String) as string });
    expect(log).toContain('"msg":"stopped"');
    await expect(get('/healthz')).rejects.toThrow('fetch failed');
  });

  it('says what is wrong with its configuration before it starts', async () => {
    const result = await tallyman(['run', '-c', 'no.yaml'], { directory: house.directory });
    expect(result).toMatchObject({ exit: 2, stdout: '' });
    expect(result.stderr).toContain('no.yaml');
  });
});
