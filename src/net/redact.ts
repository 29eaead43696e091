/** A URL fit for messages and logs: no user info, no query, no fragment. Text that is no URL becomes `(not a URL)`. */
export function redactUrl(url: string | URL): string {
  const parsed = typeof url === 'string' ? URL.parse(url) : url;
  if (parsed === null) return '(not a URL)';
  return `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}

/**
 * Replaces each of `secrets` in `text` by `***`, longest first, also where it stands percent-encoded or in base64.
 * Secrets of fewer than four characters are left alone: they would shred the text and hide nothing.
 */
export function redact(text: string, secrets: Iterable<string>): string {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < shortest) continue;
    forms.add(secret);
    forms.add(encodeURIComponent(secret.toWellFormed()));
    forms.add(Buffer.from(secret).toString('base64'));
  }
  let clean = text;
  for (const form of [...forms].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(form, '***');
  return clean;
}

const shortest = 4;
