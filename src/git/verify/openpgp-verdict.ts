import type { Key, PublicKey, Signature } from 'openpgp';
import { Failure } from '../../core/failure.ts';
import type { Verdict } from '../verifier.ts';
import type { SignedCommit } from './signed-commit.ts';

/** Keys with what says whose they are. */
export interface OpenPgpKeys {
  readonly trusted: readonly PublicKey[];
  readonly own: readonly PublicKey[];
  /** Fingerprints of what is listed, our own key among them where it is. */
  readonly listed: ReadonlySet<string>;
}

/**
 * Reads armored public keys, all blocks of a text.
 * @param source names the text in messages
 * @throws Failure `invalid-config`
 */
export async function readOpenPgpKeys(text: string, source: string): Promise<readonly PublicKey[]> {
  if (/-----BEGIN PGP PRIVATE KEY BLOCK-----/.test(text))
    throw bad(source, 'holds a private key; give the public ones (gpg --armor --export writes them)');
  const blocks =
    text.match(/-----BEGIN PGP PUBLIC KEY BLOCK-----[^]*?-----END PGP PUBLIC KEY BLOCK-----/g) ?? [];
  if (blocks.length === 0)
    throw bad(source, 'holds no armored OpenPGP public key (gpg --armor --export writes them)');
  const openpgp = await import('openpgp');
  const keys: PublicKey[] = [];
  for (const armoredKeys of blocks) {
    try {
      keys.push(...(await openpgp.readKeys({ armoredKeys })));
    } catch {
      throw bad(
        source,
        `cannot be read: block ${keys.length + 1} is damaged, or of a kind that is not known`,
      );
    }
  }
  return keys;
}

/** One key for each that is there, with what all its copies say: one may tell that it is revoked, another that it was extended. */
export async function mergeOpenPgpKeys(keys: readonly PublicKey[]): Promise<readonly PublicKey[]> {
  const merged = new Map<string, PublicKey>();
  for (const key of keys) {
    const known = merged.get(key.getFingerprint());
    merged.set(key.getFingerprint(), known === undefined ? key : await known.update(key));
  }
  return [...merged.values()];
}

/**
 * Judges a signature as `git verify-commit` does with gpg: it must be good, and the key that made it neither revoked nor expired by now.
 * @param now milliseconds since the epoch
 */
export async function openPgpVerdict(
  { payload, signature: armored }: SignedCommit,
  { trusted, own, listed }: OpenPgpKeys,
  now: number,
): Promise<Verdict> {
  const openpgp = await import('openpgp');
  let signature: Signature;
  try {
    signature = await openpgp.readSignature({ armoredSignature: armored });
  } catch {
    return no('carries an OpenPGP signature that is damaged');
  }
  const [id, ...more] = signature.getSigningKeyIDs();
  if (id === undefined || more.length > 0) return no('carries several OpenPGP signatures, or none');
  const shown = id.toHex().toUpperCase();
  const key = [...own, ...trusted].find((each) => each.getKeys(id).length > 0);
  if (key === undefined)
    return no(`is signed by the OpenPGP key ${shown}, which is not among the trusted signers`);
  const message = await openpgp.createMessage({ binary: payload });
  // The signer's clock may be ahead of ours; gpg does not mind either. Whether the key is good now is asked below.
  const date = new Date(Math.max(now, signature.packets[0]?.created?.getTime() ?? now));
  const { signatures } = await openpgp.verify({ message, signature, verificationKeys: key, date });
  const why = await reasonAgainst(signatures[0]?.verified);
  const unfit = await whyUnfit(key, id, now);
  if (unfit !== undefined)
    return no(`is signed by the OpenPGP key ${shown} of ${nameOf(key)}, which ${unfit}`);
  if (why !== undefined) return no(`carries an OpenPGP signature by ${shown} that does not fit it: ${why}`);
  const isOwn = own.includes(key);
  const by = isOwn ? `our own key ${shown}` : nameOf(key);
  return { trusted: true, by, own: isOwn, listed: listed.has(key.getFingerprint()) };
}

async function reasonAgainst(verified: Promise<unknown> | undefined): Promise<string | undefined> {
  try {
    return (await verified) === true ? undefined : 'it was not checked';
  } catch (error) {
    // The library's words may go over many lines.
    return error instanceof Error ? (error.message.split('\n')[0] ?? '').slice(0, 200) : 'it is bad';
  }
}

/** The key is looked at as it is now: who loses a key wants it to count no more at once. */
async function whyUnfit(
  key: Key,
  id: Parameters<Key['getSigningKey']>[0],
  now: number,
): Promise<string | undefined> {
  const date = new Date(now);
  if (await key.isRevoked(undefined, undefined, date)) return 'is revoked';
  const expires = await key.getExpirationTime();
  if (expires instanceof Date && expires.getTime() <= now) return `expired at ${expires.toISOString()}`;
  try {
    await key.getSigningKey(id, date);
    return undefined;
  } catch {
    return 'may not sign now: its part for signatures is revoked, has expired, or is none';
  }
}

/** What the key says of its owner: other people read it in messages. */
function nameOf(key: Key): string {
  const [name = ''] = key.getUserIDs();
  return name.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 100) || key.getFingerprint().toUpperCase();
}

function no(why: string): Verdict {
  return { trusted: false, why };
}

function bad(source: string, words: string): Failure {
  return new Failure('invalid-config', `${source} ${words}`);
}
