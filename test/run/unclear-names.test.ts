import { expect, it } from 'vitest';
import { codes, Stage, web } from './stage.ts';
import { deployment } from '../scenarios/world.ts';

it('leaves alone what stands at a path that is no UTF-8, and the rest goes on', async () => {
  const on = await Stage.open((image) => ({
    ...web(image),
    // What a git tree gives for other bytes.
    'prod/\uFFFD.yaml': deployment('web', `${image('web')}:1.0.0`),
    'prod/\uFFFD/web.yaml': deployment('web', `${image('web')}:1.0.0`),
  }));
  try {
    on.push('web', '1.0.0', '1.1.0');
    const result = await on.run();
    expect(result.outcome).toBe('released');
    expect(codes(result)).toEqual(['refused-edit', 'refused-edit']);
    expect(await on.file('prod/web.yaml')).toContain(':1.1.0');
    expect(await on.file('prod/\uFFFD.yaml')).toContain(':1.0.0');
  } finally {
    await on.close();
  }
});
