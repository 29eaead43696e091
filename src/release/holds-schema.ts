import { z } from 'zod';
import { longestReason, mostHolds } from './hold-entry.ts';

const schemaId = 'https://tallyman.dev/schemas/holds.v1.json';

export type HoldsDocument = z.infer<ReturnType<typeof build>>;

let built: ReturnType<typeof build> | undefined;

/** The shape of `.tallyman/holds.yaml` (product.md, 6.3). */
export function holdsSchema(): ReturnType<typeof build> {
  return (built ??= build());
}

/** JSON Schema, draft 2020-12, of the same shape. */
export function holdsJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(holdsSchema(), { target: 'draft-2020-12', io: 'input' });
  return { $schema, $id: schemaId, title: 'Tallyman holds', ...rest };
}

function build() {
  const entry = z.strictObject({
    policies: names('Names of policies.'),
    paths: names('Globs of files; a folder means all below it.'),
    groups: names('Names of groups.'),
    environments: names('Names of environments in tallyman.yaml.'),
    reason: z.string().min(1).max(longestReason).describe('Why; shown with everything that it stops.'),
    by: text('Who.'),
    since: text('RFC 3339 time at which it was set.'),
    until: text('RFC 3339 time at which it ends; without it, it does not.'),
  });
  return z.strictObject({
    holds: z
      .array(entry)
      .max(mostHolds)
      .describe('Each holds the fields that all of its lists name. Without an entry, nothing is held.'),
  });
}

function names(description: string) {
  return z.array(z.string().min(1).max(1000)).min(1).max(1000).optional().describe(description);
}

function text(description: string) {
  return z.string().max(1000).optional().describe(description);
}
