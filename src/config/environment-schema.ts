import * as z from 'zod';
import { duration, instant, name, pathGlob } from './fields.ts';

const year = 365 * 86_400_000;

/** One of `environments` (product.md, 2.5). */
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- zod derives the type from the shape
export function environment() {
  return z.strictObject({
    name: name.describe('The name of the environment. Unique.'),
    repository: name.describe('The name of its repository in this file.'),
    paths: z.array(pathGlob).min(1).max(1000).describe('Globs of the files that belong to it.'),
    order: z
      .int()
      .optional()
      .describe('Its place in tables, from left to right. Default: its place in this list.'),
    paused: z.boolean().default(false).describe('Whether nothing is released there for now.'),
    freeze: z.array(freeze()).max(1000).default([]).describe('Times in which nothing is released there.'),
    rules: rules(),
  });
}

function rules() {
  return z
    .strictObject({
      tags: z
        .string()
        .optional()
        .describe('RE2, not anchored: no tag that does not match is released there. Default: all are.'),
      minAge: duration(0, year)
        .optional()
        .describe('How long a tag must have been known at least, such as 24h, whatever the policy says.'),
      mode: z
        .enum(['commit', 'pullRequest'])
        .optional()
        .describe(
          'pullRequest: nothing is committed to the branch; this version opens no pull requests, so nothing is released there.',
        ),
      verify: z
        .enum(['required'])
        .optional()
        .describe(
          'required: every image must carry a signature; this version checks none, so nothing is released there.',
        ),
      maxReleasesPerRun: z
        .int()
        .min(1)
        .max(1000)
        .optional()
        .describe('A run that would release more than this there pushes nothing until a person accepts it.'),
    })
    .prefault({})
    .describe('Guardrails of the platform; policies can tighten them, never loosen them.');
}

function freeze() {
  return z
    .strictObject({
      from: instant.describe('RFC 3339 time at which it begins.'),
      until: instant.describe('RFC 3339 time at which it is over.'),
      reason: z.string().max(500).default('').describe('Why; shown with what waits.'),
    })
    .refine(({ from, until }) => from < until, { path: ['until'], message: 'it ends before it begins' });
}
