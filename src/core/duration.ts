const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/**
 * Reads `90s`, `1h30m`, `2d`; units `ms s m h d w`, whole or decimal numbers, biggest unit first or not.
 * @returns milliseconds, or `undefined` where the text is no duration.
 */
export function parseDuration(text: string): number | undefined {
  if (text.length > 64 || !/^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)) {
    total += Number(amount) * units[unit as keyof typeof units];
  }
  return Number.isSafeInteger(Math.round(total)) ? Math.round(total) : undefined;
}

/** In the largest unit that gives a whole number: `90s`, `36h`, `30d`; `0s`. */
export function formatDuration(ms: number): string {
  const [unit] = (['d', 'h', 'm', 's'] as const).filter(
    (name) => ms >= units[name] && ms % units[name] === 0,
  );
  if (ms === 0) return '0s';
  return unit === undefined ? `${ms}ms` : `${ms / units[unit]}${unit}`;
}
