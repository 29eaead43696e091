import * as z from 'zod';

/** Keys of a repository that say whose commits are built upon. */
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- zod derives the type from the shape
export function verificationKeys() {
  return {
    verifyHead: z
      .enum(['tip', 'since-last-verified'])
      .optional()
      .describe(
        'Which commits a trusted signer must have signed before anything is released: the newest one, or every first-parent commit since the last verified one. Default: none.',
      ),
    trustedSigners: trustedSigners().optional(),
  };
}

function trustedSigners() {
  const path = z.string().min(1).max(4096);
  const ssh = z.strictObject({
    file: path.describe('Path of a file in the form of allowed_signers (ssh-keygen).'),
  });
  const openpgp = z.strictObject({ file: path.describe('Path of a file with armored public keys.') });
  return z
    .strictObject({
      ssh: ssh.optional().describe('Whose SSH signatures count. Read anew at each look.'),
      openpgp: z
        .array(openpgp)
        .min(1)
        .max(100)
        .optional()
        .describe('Whose OpenPGP signatures count. Read anew at each look.'),
      reviewed: z
        .string()
        .regex(/^[0-9a-f]{40}$/, 'write the whole id of a commit, 40 digits and letters from a to f')
        .optional()
        .describe(
          'With since-last-verified: a commit that a person has looked at. It and what came before it need no signature.',
        ),
    })
    .describe('Whose commits are built upon. The key under signing is trusted without being listed.');
}
