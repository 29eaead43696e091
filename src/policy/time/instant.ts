const instant = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/** RFC 3339, to the millisecond; `undefined` where the text is none, or no such moment exists. */
export function parseInstant(text: string): number | undefined {
  if (!instant.test(text)) return undefined;
  const milliseconds = Date.parse(text.toUpperCase().replace(' ', 'T'));
  if (Number.isNaN(milliseconds)) return undefined;
  // Date.parse rolls 30 February over into March.
  const day = Number(text.slice(8, 10));
  const lastDay = new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
  return day <= lastDay ? milliseconds : undefined;
}
