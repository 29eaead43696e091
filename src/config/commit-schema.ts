import * as z from 'zod';
import { checkTemplate, templateNames } from '../release/template.ts';
import { exactlyOne, secret } from './fields.ts';

/** The keys of a repository that say how its commits look (product.md, 5). */
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- zod derives the type from the shape
export function commitKeys() {
  return {
    signing: signing().optional(),
    author: person()
      .default({ name: 'Tallyman', email: 'tallyman@localhost' })
      .describe('Author of the commits that nobody ordered.'),
    committer: person()
      .optional()
      .describe('Committer of all commits, also of those that a person ordered. Default: the author.'),
    signOff: z
      .boolean()
      .default(false)
      .describe('Whether each commit ends with a Signed-off-by line of its author, as DCO checks want it.'),
    message: z
      .string()
      .min(1)
      .max(10_000)
      .superRefine((text, context) => {
        const wrong = checkTemplate(text);
        if (wrong !== undefined) context.addIssue({ code: 'custom', message: wrong });
      })
      .optional()
      .describe(
        `Template of the commit message, with ${templateNames.map((known) => `{{${known}}}`).join(', ')}; the release records are added after it.`,
      ),
  };
}

function person() {
  return z.strictObject({
    name: oneLine(/^[^<>\n\r\0]+$/, 'one line, without < and >').describe('Name.'),
    email: oneLine(/^[^<>\s\0]+$/, 'no blanks, no < and >').describe('E-mail address.'),
  });
}

function oneLine(pattern: RegExp, why: string) {
  return z.string().min(1).max(200).regex(pattern, why);
}

function signing() {
  const either = z.strictObject({
    ssh: signingKey('in OpenSSH form'),
    openpgp: signingKey('OpenPGP, armored'),
  });
  return exactlyOne(
    either,
    ['ssh', 'openpgp'],
    'The key that signs the commits. Default: they are not signed.',
  );
}

function signingKey(what: string) {
  return z
    .strictObject({
      key: secret(`The private key, ${what}.`),
      passphrase: secret('The passphrase of the key, if it has one.').optional(),
    })
    .optional()
    .describe(`Sign with a key, ${what}.`);
}
