import { createMessage, generateKey, readPrivateKey, revokeKey, sign } from 'openpgp';
import { expect, it } from 'vitest';
import { createCommitVerifier, type TrustedSigners } from '../../../src/git/verify/commit-verifier.ts';
import type { Verdict } from '../../../src/git/verifier.ts';

const now = Date.parse('2026-11-21T09:00:00Z');
const day = 86_400_000;

interface Made {
  readonly privateKey: string;
  readonly publicKey: string;
}

async function makeKey(keyExpirationTime = 0): Promise<Made> {
  const date = new Date(now - 10 * day);
  const userIDs = [{ name: 'Ann', email: 'ann@example.com' }];
  return generateKey({ type: 'ecc', curve: 'ed25519Legacy', userIDs, date, keyExpirationTime });
}

async function revoked({ privateKey }: Made): Promise<string> {
  const key = await readPrivateKey({ armoredKey: privateKey });
  return (await revokeKey({ key, date: new Date(now - day), format: 'armored' })).publicKey;
}

/** A commit that was signed then. */
async function commit({ privateKey }: Made, date: number): Promise<Uint8Array> {
  const head = `tree ${'0'.repeat(40)}\nauthor Ann <ann@example.com> 1795000000 +0000\ncommitter Ann <ann@example.com> 1795000000 +0000\n`;
  const message = await createMessage({ binary: Buffer.from(`${head}\nA change\n`) });
  const signingKeys = await readPrivateKey({ armoredKey: privateKey });
  const armored: string = await sign({ message, signingKeys, detached: true, date: new Date(date) });
  const signature = armored.replaceAll('\r\n', '\n').trimEnd().replaceAll('\n', '\n ');
  return Buffer.from(`${head}gpgsig ${signature}\n\nA change\n`);
}

async function judge(
  bytes: Uint8Array,
  trusted: readonly string[],
  own?: Awaited<ReturnType<TrustedSigners['ownKey']>>,
): Promise<Verdict> {
  const verifier = createCommitVerifier({
    allowedSigners: async () => undefined,
    openPgpKeys: async () => trusted.map((text, index) => ({ text, source: `keys-${index}.asc` })),
    ownKey: async () => own,
    now: () => now,
  });
  return verifier.verify(bytes);
}

it.each([
  ['before the good one', 'first'],
  ['behind it', 'last'],
])('hears from any copy of a key that it is revoked: one that stands %s', async (_, place) => {
  const key = await makeKey();
  const copies =
    place === 'first' ? [await revoked(key), key.publicKey] : [key.publicKey, await revoked(key)];
  expect(await judge(await commit(key, now), copies)).toMatchObject({
    trusted: false,
    why: expect.stringMatching(/which is revoked$/) as string,
  });
});

it('hears of our own key from the trusted ones that it is revoked', async () => {
  const key = await makeKey();
  const own = { kind: 'openpgp', publicKey: key.publicKey } as const;
  const bytes = await commit(key, now);
  expect(await judge(bytes, [key.publicKey], own)).toMatchObject({ trusted: true, own: true });
  expect(await judge(bytes, [await revoked(key)], own)).toMatchObject({ trusted: false });
});

it('takes a signature of a clock that is ahead, as gpg does, and none of a key that is over', async () => {
  const key = await makeKey();
  expect(await judge(await commit(key, now + 60_000), [key.publicKey])).toMatchObject({ trusted: true });
  const short = await makeKey((9 * day) / 1000);
  const then = await commit(short, now - 5 * day);
  expect(await judge(then, [short.publicKey])).toMatchObject({
    why: expect.stringContaining('expired at 2026-11-20') as string,
  });
});
