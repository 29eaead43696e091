import { readCommentMarkers } from './comment-markers.ts';
import { readEmbeddedMarkers } from './embedded-markers.ts';
import type { MarkerFact } from './model.ts';
import type { Reading } from './reading.ts';

/**
 * Reads the markers of a file (product.md, 2.3), and adds a field for those that stand at a value no recogniser found. A comment that
 * is meant as a marker and cannot be applied is a problem. Comments on lines of their own are other people's text,
 * unless they are exactly a marker.
 */
export function readMarkers(reading: Reading): MarkerFact[] {
  const { text } = reading.outline;
  return text.includes('$') && /\{\s*["']?\$/.test(text)
    ? [...readCommentMarkers(reading), ...readEmbeddedMarkers(reading)]
    : [];
}
