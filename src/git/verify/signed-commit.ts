/** A commit taken apart as git does it: what was signed is everything but the signature's own header. */
export interface SignedCommit {
  readonly payload: Buffer;
  /** Armored text. */
  readonly signature: string;
  /** What the committer's line says, in milliseconds since the epoch. */
  readonly committedAt: number;
}

/** Far more than any signature. */
const longest = 65_536;

/** Takes the signature out of a commit object, or says why there is none to check. Linear in the header. */
export function readSignedCommit(commit: Uint8Array): SignedCommit | { readonly wrong: string } {
  const raw = Buffer.from(commit.buffer, commit.byteOffset, commit.byteLength);
  const end = raw.indexOf('\n\n');
  const head = raw.subarray(0, end < 0 ? raw.length : end + 1);
  const signature: string[] = [];
  const kept: Buffer[] = [];
  let inSignature = false;
  let committer: string | undefined;
  for (const line of linesOf(head)) {
    const text = line.toString('latin1');
    inSignature = inSignature && text.startsWith(' ');
    if (inSignature) signature.push(text.slice(1));
    else if (text.startsWith('gpgsig')) {
      // Two signatures, or one for another hash: git checks one of them and leaves out both, nobody knows which was meant.
      if (signature.length > 0 || !text.startsWith('gpgsig '))
        return { wrong: 'carries more than one signature, or one for another kind of repository' };
      inSignature = true;
      signature.push(text.slice('gpgsig '.length));
    } else {
      if (text.startsWith('committer ')) committer ??= text;
      kept.push(line);
    }
  }
  if (signature.length === 0) return { wrong: 'carries no signature' };
  const armored = signature.join('');
  if (armored.length > longest) return { wrong: `carries a signature of more than ${longest} bytes` };
  const seconds = Number(/> (\d{1,15}) [+-]\d{4}\n?$/.exec(committer ?? '')?.[1] ?? Number.NaN);
  if (Number.isNaN(seconds)) return { wrong: 'has no readable date' };
  return {
    payload: Buffer.concat([...kept, raw.subarray(head.length)]),
    signature: armored,
    committedAt: seconds * 1000,
  };
}

/** Each with its line feed. */
function* linesOf(bytes: Buffer): Generator<Buffer> {
  for (let from = 0; from < bytes.length;) {
    const feed = bytes.indexOf(0x0a, from);
    const to = feed < 0 ? bytes.length : feed + 1;
    yield bytes.subarray(from, to);
    from = to;
  }
}
