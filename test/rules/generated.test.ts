import { describe, expect, it } from 'vitest';
import { readText } from './files.ts';
import { generatedFiles } from './generated.ts';

describe('generated files', async () => {
  it.each(Array.from(await generatedFiles()))('%s is what `npm run generate` writes', (path, text) => {
    expect(readText(path)).toBe(text);
  });
});
