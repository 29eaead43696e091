/** The demo's images: what is there at first, and what each round of pushes adds. */
export const demoImages = {
  web: { first: '1.4.2', others: ['1.3.9', '1.4.0', '1.4.1', 'latest'] },
  api: { first: '2.2.0', others: ['2.1.4', 'main-3f9c2d1'] },
  worker: { first: '0.9.1', others: ['0.9.0', '0.9.1-debug'] },
  mailer: { first: '3.1.0', others: ['3.0.7'] },
} as const;

export type DemoImage = keyof typeof demoImages;

/** One tag that CI pushes. */
export interface Push {
  readonly image: DemoImage;
  readonly tag: string;
}

/** The first round: something for every policy, and tags that none of them may take. */
export const firstRound: readonly Push[] = [
  { image: 'web', tag: '1.4.3' },
  { image: 'web', tag: '1.5.0-rc.1' },
  { image: 'web', tag: '2.0.0-debug' },
  { image: 'api', tag: 'main-b71e004' },
  { image: 'api', tag: '2.3.0' },
  { image: 'worker', tag: '0.9.2' },
  { image: 'worker', tag: '0.9.3-debug' },
  { image: 'worker', tag: '0.10.0' },
  { image: 'mailer', tag: '3.1.1' },
];

/** What CI pushes after that: round `number` (from 1), one tag each, for ever. */
export function laterPush(number: number): Push {
  const turn = (number - 1) % 5;
  const step = Math.floor((number - 1) / 5) + 1;
  switch (turn) {
    case 0:
      return { image: 'web', tag: `1.4.${3 + step}` };
    case 1:
      return {
        image: 'api',
        tag: `main-${(0xc40d17 + step * 7919).toString(16).padStart(7, '0').slice(-7)}`,
      };
    case 2:
      return { image: 'worker', tag: `0.9.${3 + step}` };
    case 3:
      return { image: 'mailer', tag: `3.1.${1 + step}` };
    default:
      return { image: 'api', tag: `2.${3 + step}.0` };
  }
}
