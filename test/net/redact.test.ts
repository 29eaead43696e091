import { describe, expect, it } from 'vitest';
import { redact, redactUrl } from '../../src/net/redact.ts';

describe('redactUrl', () => {
  it.each([
    ['https://ann:hunter2@h.test:8443/a/b?token=abc#x', 'https://h.test:8443/a/b'],
    ['http://h.test', 'http://h.test/'],
    ['hunter2', '(not a URL)'],
  ])('%s', (url, clean) => expect(redactUrl(url)).toBe(clean));
});

describe('redact', () => {
  it.each([
    ['as it is', 'a hunter2 b', 'a *** b'],
    ['percent-encoded', 'a p%40ss%2Fword b', 'a *** b'],
    ['in base64', `a ${Buffer.from('hunter2').toString('base64')} b`, 'a *** b'],
    ['the longer of two first', 'hunter2hunter', '***hunter'],
    ['nothing to hide', 'plain', 'plain'],
  ])('%s', (_, text, clean) => expect(redact(text, ['hunter', 'hunter2', 'p@ss/word'].slice(1))).toBe(clean));

  it('replaces a secret that holds another one whole', () => {
    expect(redact('secret-long', ['secret', 'secret-long'])).toBe('***');
  });

  it('leaves very short secrets alone, and takes unpaired surrogates', () => {
    expect(redact('abc', ['b', 'xxxx\ud800'])).toBe('abc');
  });
});
