/**
 * Reads the bytes of a file as text, or says why they are no text that Tallyman works on. A byte order mark stays in
 * the text as U+FEFF, so `encode(decode(bytes).text)` gives the same bytes.
 * @param limit largest number of bytes, default 8 MiB
 */
export function decode(
  bytes: Uint8Array,
  limit: number = defaultLimit,
): { readonly text: string } | { readonly refused: string } {
  if (bytes.length > limit) {
    return {
      refused: `the file has ${bytes.length} bytes, more than the ${limit} that are read; keep images in a smaller one`,
    };
  }
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { refused: binaryReason(bytes) ?? 'the file is not valid UTF-8; save it as UTF-8' };
  }
  if (isLfsPointer(text)) {
    return {
      refused:
        'the file is in Git LFS, and here is a pointer to it only; keep images, policies and holds out of LFS',
    };
  }
  const binary = text.includes('\0') ? binaryReason(bytes) : undefined;
  if (binary !== undefined) return { refused: binary };
  if (hasLoneReturn(text)) {
    return {
      refused: 'the file has a carriage return without a line feed; save it with LF or CRLF line ends',
    };
  }
  return { text };
}

/** The bytes of a text that `decode` gave, or of an edited one. */
export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** What stands in the repository for a file that Git LFS keeps elsewhere. */
export function isLfsPointer(text: string): boolean {
  return text.startsWith('version https://git-lfs.github.com/spec/');
}

/** Whether a CR stands anywhere but before a LF: YAML and git disagree about whether that ends a line. */
export function hasLoneReturn(text: string): boolean {
  let at = text.indexOf('\r');
  while (at !== -1) {
    if (text.charCodeAt(at + 1) !== 0x0a) return true;
    at = text.indexOf('\r', at + 2);
  }
  return false;
}

/** One for all texts: it keeps nothing between them. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const defaultLimit = 8 * 1024 * 1024;

function binaryReason(bytes: Uint8Array): string | undefined {
  const utf16 = 'the file is UTF-16; save it as UTF-8';
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return utf16;
  const nul = bytes.indexOf(0);
  if (nul === -1) return undefined;
  if (nul === 0 && String.fromCharCode(...bytes.subarray(1, 10)) === 'GITCRYPT\0') {
    return 'the file is encrypted by git-crypt; keep images in one that is not';
  }
  // Text in UTF-16 without a mark: every other byte of its first characters is zero.
  const first = bytes.subarray(0, 4);
  if (first.length === 4 && ((!first[0] && !first[2]) || (!first[1] && !first[3]))) return utf16;
  return 'the file is binary: it has a NUL byte; save it as UTF-8 if it is a manifest';
}
