import { afterAll, describe, expect, it } from 'vitest';
import { convert } from '../../src/convert/convert.ts';
import { automation, fluxPolicies } from '../convert/files.ts';
import { deployment } from '../scenarios/world.ts';
import { codes, Stage, titles } from './stage.ts';

const stages: Stage[] = [];
afterAll(async () => {
  for (const stage of stages) await stage.close();
});

/** A repository of Flux 2 after `convert --write`. */
async function converted(suspend: boolean): Promise<Stage> {
  const stage = await Stage.open((image) => {
    const files = {
      'flux/image.yaml': fluxPolicies('flux-system', 'web', image('web')) + automation(suspend),
      'prod/web.yaml': deployment('web', `${image('web')}:1.0.0`).replace(
        '# comment',
        '# {"$imagepolicy": "flux-system:web"}',
      ),
    };
    const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
    const { files: changed, problems } = convert(sources);
    expect([...changed.keys(), ...problems]).toEqual(['flux/image.tallyman.yaml']);
    return { ...files, ...Object.fromEntries([...changed].map(([path, { after }]) => [path, after])) };
  });
  stages.push(stage);
  stage.push('web', '0.9.0', '1.0.0', '1.1.0-rc.1', '1', '2.0.0');
  return stage;
}

describe('a repository of Flux 2, converted', () => {
  it('is at rest: a run changes nothing', async () => {
    const stage = await converted(true);
    const result = await stage.run();
    expect([result.outcome, codes(result)]).toEqual(['unchanged', []]);
  });

  it('moves on as before, once the automation is suspended', async () => {
    const stage = await converted(true);
    stage.push('web', '1.1.0');
    const before = await stage.file('prod/web.yaml');
    expect(titles(await stage.run())).toEqual(['web']);
    expect(await stage.file('prod/web.yaml')).toBe(before.replace(':1.0.0"', ':1.1.0"'));
  });

  it('is left to Flux while the automation is at work', async () => {
    const stage = await converted(false);
    stage.push('web', '1.1.0');
    const result = await stage.run();
    expect([result.outcome, codes(result)]).toEqual(['unchanged', ['other-writer']]);
  });
});
