/** Where an image says that it comes from. */
export interface ImageSource {
  /** An https address without user info, query and fragment, without a final `/` or `.git`. */
  readonly source?: string;
  /** 7 to 64 hex digits. */
  readonly revision?: string;
  /** One line, 128 characters at most. */
  readonly version?: string;
}

/**
 * Reads the labels of the OCI image spec. They are untrusted: what is not a one-line https address, a hex revision or
 * a short text is left out (product.md, 6.1).
 */
export function sourceOf(labels: Readonly<Record<string, string>>): ImageSource {
  const source = sourceAddress(label(labels, 'source'));
  const revision = label(labels, 'revision');
  const version = label(labels, 'version');
  return {
    ...(source === undefined ? {} : { source }),
    ...(isRevision(revision) ? { revision } : {}),
    ...(/^[!-~](?:[ -~]{0,126}[!-~])?$/.test(version) ? { version } : {}),
  };
}

/** A commit's id as image labels give it: 7 to 64 hex digits. */
export function isRevision(text: string): boolean {
  return /^[0-9a-f]{7,64}$/i.test(text);
}

function label(labels: Readonly<Record<string, string>>, name: string): string {
  const key = `org.opencontainers.image.${name}`;
  return Object.hasOwn(labels, key) ? (labels[key] ?? '') : '';
}

/** The address of a repository as it may stand in a message, or `undefined` where it is none. */
export function sourceAddress(text: string): string | undefined {
  // Only the characters of RFC 3986, so that nothing in it can end a line or a link.
  if (text.length > 512 || !/^https:\/\/[\w.~:/?#@!$&'()*+,;=%[\]-]+$/i.test(text)) return undefined;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return undefined;
  const address = withoutEnd(url);
  // `https://host/..git` would be another address when it is read again; nobody means it.
  return URL.canParse(address) && withoutEnd(new URL(address)) === address ? address : undefined;
}

function withoutEnd({ origin, pathname }: URL): string {
  return `${origin}${pathname}`.replace(/(?:\/|\.git)+$/, '');
}
