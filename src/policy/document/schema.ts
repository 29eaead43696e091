import { z } from 'zod';

/** Where editors find the JSON Schema; also its `$id`. */
const schemaId = 'https://tallyman.dev/schemas/imagepolicy.v1.json';

export type ImagePolicyFile = z.infer<ReturnType<typeof build>>;

let built: ReturnType<typeof build> | undefined;

/** The shape of an ImagePolicy file (product.md, 2.1). What a value means (ranges, patterns) is checked by `loadPolicy`. */
export function imagePolicySchema(): ReturnType<typeof build> {
  return (built ??= build());
}

/** JSON Schema, draft 2020-12, of the same shape. */
export function imagePolicyJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(imagePolicySchema(), { target: 'draft-2020-12', io: 'input' });
  return { $schema, $id: schemaId, title: 'Tallyman ImagePolicy', ...rest };
}

const text = (description: string) => z.string().describe(description);
const order = () =>
  z
    .enum(['newest', 'semver', 'numeric', 'alphabetical'])
    .describe('What makes a tag the best one. Default: newest.');
const direction = () =>
  z.strictObject({
    order: z
      .enum(['asc', 'desc'])
      .optional()
      .describe('asc (default) elects the largest, desc the smallest.'),
  });

function build() {
  return z.strictObject({
    apiVersion: z.literal('tallyman.dev/v1').describe('Always tallyman.dev/v1.'),
    kind: z.literal('ImagePolicy').describe('Always ImagePolicy.'),
    metadata: metadata(),
    spec: spec(),
  });
}

function metadata() {
  return z
    .looseObject({
      name: text('Unique per repository and branch.').min(1).max(253),
      annotations: z.record(z.string(), z.string()).optional().describe('Kubernetes annotations.'),
      labels: z.record(z.string(), z.string()).optional().describe('Kubernetes labels.'),
    })
    .describe('Takes all keys of Kubernetes metadata.');
}

function spec() {
  return z
    .strictObject({
      image: text('Image repository without tag, such as ghcr.io/acme/web.'),
      policy: kinds(),
      filterTags: z
        .strictObject({
          pattern: text('RE2; tags that do not match are no candidates. Not anchored.'),
          extract: text(
            'Go Expand template, such as $ts: what the policy reads instead of the tag.',
          ).optional(),
        })
        .optional()
        .describe('Which tags are looked at, and which part of them counts.'),
      exclude: z.array(text('A glob on the whole tag.')).optional().describe('Tags that are never elected.'),
      paths: z
        .array(text('A path glob from the root of the repository.'))
        .optional()
        .describe('Where the policy applies. Default: the folder of its file and all below it.'),
      ...gates(),
      ...effects(),
    })
    .describe('What is elected, and where it applies.');
}

function kinds() {
  return z
    .strictObject({
      semver: z
        .union([
          z.string(),
          z.strictObject({
            range: text('Range in the grammar of Masterminds/semver v3, such as ~1.4.'),
            strict: z.boolean().optional().describe('Only tags with all three numbers. Default: false.'),
          }),
        ])
        .optional()
        .describe('The highest version in a range: "~1.4", or {range, strict}.'),
      glob: z
        .union([
          z.string(),
          z.strictObject({ pattern: text('* ? [a-z] {a,b} on the whole tag.'), order: order().optional() }),
        ])
        .optional()
        .describe('Tags by wildcard: "main-*", or {pattern, order}.'),
      regex: z
        .strictObject({
          pattern: text('RE2, not anchored.'),
          extract: text('Go Expand template: what the order reads. Default: the whole tag.').optional(),
          order: order().optional(),
        })
        .optional()
        .describe('Tags by regular expression.'),
      numeric: direction().optional().describe('Exact decimals of any length.'),
      alphabetical: direction().optional().describe('Byte order.'),
      newest: z.strictObject({}).optional().describe('The image that was created last.'),
      digest: z
        .strictObject({ tag: text('The tag to follow.') })
        .optional()
        .describe('Follows a mutable tag by digest.'),
      promote: promotion().optional().describe('What another policy holds.'),
    })
    .meta({ description: 'How the tag is elected: exactly one kind.', minProperties: 1, maxProperties: 1 });
}

function promotion() {
  return z.strictObject({
    from: text('The source policy, or repository/policy.'),
    soak: text('How long the source must have held it, such as 2h.').optional(),
    require: z.enum(['healthy']).optional().describe('healthy: the source must have converged.'),
    pick: z.enum(['current', 'soaked']).optional().describe('Default: current.'),
  });
}

/** What stops or delays a release. */
function gates() {
  const cron = z.array(text('Five-field cron; a minute that matches is inside.'));
  return {
    platforms: z
      .array(text('os/architecture[/variant].'))
      .optional()
      .describe('Each must exist in the image.'),
    minAge: text('How long a tag must have existed, such as 24h.').optional(),
    schedule: z
      .strictObject({
        allow: cron.optional().describe('Releases happen inside these only.'),
        deny: cron.optional().describe('Releases never happen inside these.'),
        timeZone: text('IANA name, such as Europe/Copenhagen. Default: UTC.').optional(),
      })
      .optional()
      .describe('When releases happen.'),
    verify: z
      .array(z.record(z.string(), z.unknown()))
      .optional()
      .describe('Signatures that the image must carry.'),
    allowDowngrade: z.boolean().optional().describe('Whether an older version may follow. Default: false.'),
    onRevert: z
      .enum(['skip', 'hold'])
      .optional()
      .describe(
        'After a revert. skip (default): a version above it may be released; hold: nothing until lifted.',
      ),
    hold: z
      .strictObject({
        reason: text('Why.').optional(),
        by: text('Who.').optional(),
        until: text('RFC 3339 time at which the hold ends; without it, it does not.').optional(),
      })
      .optional()
      .describe('Present: nothing moves.'),
  };
}

/** What a release does. */
function effects() {
  return {
    targets: z
      .array(
        z.strictObject({
          file: text('A path glob.'),
          path: text('Path of the value in the file, such as $.web.image.tag.'),
          field: z.enum(['image', 'name', 'tag', 'digest']).describe('Which part of the image stands there.'),
        }),
      )
      .optional()
      .describe('Extra fields that no rule recognises.'),
    digest: z
      .enum(['pin', 'keep'])
      .optional()
      .describe('pin: always tag@digest; keep (default): where a digest stands, write that of the new tag.'),
    mode: z.enum(['commit', 'pullRequest']).optional().describe('Default: commit.'),
    group: text('Members of a group move together.').min(1).max(253).optional(),
    service: text('Name for status. Default: the policy name without the name of the environment.')
      .min(1)
      .max(253)
      .optional(),
  };
}
