import { decodeFlowScalar } from './scalar.ts';

/** Equal for equal keys, whatever their quotes. Unequal keys with one hash only make the scanner unsure. */
export function hashKey(text: string, start: number, end: number): number {
  const quote = text.charCodeAt(start);
  if (quote !== 0x22 && quote !== 0x27) return hash(text, start, end);
  const raw = text.slice(start, end);
  if (!raw.includes('\\') && !raw.includes("''")) return hash(text, start + 1, end - 1);
  const decoded = decodeFlowScalar(raw, quote === 0x22 ? 'double' : 'single');
  return hash(decoded, 0, decoded.length);
}

function hash(text: string, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) value = (Math.imul(value, 31) + text.charCodeAt(at)) | 0;
  return value;
}
