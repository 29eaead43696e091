import type { Random } from './random.ts';

/** `1.2.3`, some with a `v`, some of them pre-releases; no two alike. */
export function versionTags(count: number, random: Random): string[] {
  return Array.from({ length: count }, (_, index) => {
    const version = `${random.below(7)}.${random.below(60)}.${index}`;
    return `${index % 10 === 0 ? 'v' : ''}${version}${index % 8 === 0 ? `-rc.${random.below(12)}` : ''}`;
  });
}

/** `main-3f2c1a9-20260101000000`: a branch, a revision and a time; no two alike. */
export function stampTags(count: number, random: Random): string[] {
  const start = Date.UTC(2026, 0, 1);
  return Array.from({ length: count }, (_, index) => {
    const revision = (random.below(0xfffffff) + 0x10000000).toString(16).slice(1);
    const time = new Date(start + index * 61_000).toISOString().replaceAll(/\D/g, '').slice(0, 14);
    return `${random.of(['main', 'main', 'develop'])}-${revision}-${time}`;
  });
}

/** Builds of pull requests, and now and then one of main: 400 whatever the count. */
export function rareTags(count: number, random: Random): string[] {
  const step = Math.floor(count / 400);
  return Array.from({ length: count }, (_, index) =>
    index % step === 0 && index / step < 400 ? `main-${index}` : `pr-${random.below(9000)}-${index}`,
  );
}
