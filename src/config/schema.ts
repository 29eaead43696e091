import * as z from 'zod';
import {
  branch,
  duration,
  listen,
  name,
  proxy,
  registryName,
  remote,
  pathGlob,
  repositoryPath,
  secret,
} from './fields.ts';
import { auth, connectionKeys } from './auth-schema.ts';
import { commitKeys } from './commit-schema.ts';
import { environment } from './environment-schema.ts';
import { verificationKeys } from './verification-schema.ts';
import { liveDialects, logLevels } from './model.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** The shape of `tallyman.yaml` (product.md, 2.5). Closed: what is not here is an error. */
export type ConfigDocument = z.output<ReturnType<typeof configSchema>>;
export type RepositoryDocument = ConfigDocument['repositories'][number];

/** Compares a plain value with the schema. */
export function readDocument(
  value: unknown,
): { readonly document: ConfigDocument } | { readonly issues: readonly z.core.$ZodIssue[] } {
  const read = configSchema().safeParse(value);
  return read.success ? { document: read.data } : { issues: read.error.issues };
}

function configSchema() {
  return z.strictObject({
    repositories: z.array(repository()).min(1).max(1000).describe('The config repositories to work on.'),
    registries: z
      .array(registry())
      .max(1000)
      .default([])
      .describe(
        'Settings of single registries. A registry that is not listed is used anonymously, or by dockerConfig.',
      ),
    ...schedule(
      'How often every repository is looked at. Default 5m.',
      'Instead of interval: when every repository is looked at.',
    ),
    environments: z
      .array(environment())
      .max(1000)
      .default([])
      .describe('Named sets of paths, for records and tables.'),
    dialects: z
      .array(z.enum(liveDialects))
      .max(liveDialects.length)
      .default([])
      .describe(
        'Policies of other tools that are acted on. flux2: the ImagePolicy objects of Flux 2, by its markers. Default: none; they are only read.',
      ),
    ...process(),
    horizon: duration(day, 3650 * day)
      .prefault('365d')
      .describe('How far back the release history in git is read.'),
    proxy: proxy('env')
      .optional()
      .describe(
        'Outbound proxy as http://host:port, or env for HTTPS_PROXY, HTTP_PROXY and NO_PROXY. Default: none.',
      ),
  });
}

/** The published JSON Schema of `tallyman.yaml`, draft 2020-12. */
export function configJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(configSchema(), { io: 'input' });
  return {
    $schema,
    $id: 'https://tallyman.dev/schemas/tallyman.v1.json',
    title: 'tallyman.yaml',
    description: 'The configuration of Tallyman, the deployment automator.',
    ...rest,
  };
}

function repository() {
  return z.strictObject({
    name: name.describe('The name used in records, logs, metrics and environments. Unique.'),
    url: remote.describe(
      'https://, http:// or ssh:// address of the repository, git@host:path, or the path of a bare repository.',
    ),
    branch: branch.prefault('main').describe('The branch that is read and written.'),
    paths: z
      .array(pathGlob)
      .max(1000)
      .default([])
      .describe('Globs of the files that may be read and written. Default: all.'),
    policyRoots: z
      .array(repositoryPath)
      .max(100)
      .default([])
      .describe('Folders whose policies may bind anywhere, not only below themselves.'),
    ...schedule(
      'How often this repository is looked at.',
      'Instead of interval: when this repository is looked at.',
    ),
    ...triggerKeys(),
    auth: auth().optional(),
    ...connectionKeys(),
    ...commitKeys(),
    ...verificationKeys(),
    push: push(),
    ...fuseKeys(),
  });
}

function fuseKeys() {
  return {
    maxReleasesPerRun: z
      .int()
      .min(1)
      .max(1000)
      .default(50)
      .describe('A run that would make more releases pushes nothing until a person accepts its plan.'),
    confirmFirstRun: z
      .boolean()
      .default(true)
      .describe('Whether the first run ever on the branch waits until a person accepts its plan, too.'),
  };
}

function push() {
  const option = z
    .string()
    .min(1)
    .max(1000)
    .regex(/^[^\n\0]+$/, 'one line each');
  return z
    .strictObject({
      options: z
        .array(option)
        .max(20)
        .default([])
        .describe('Push options that are sent along, such as ci.skip.'),
    })
    .prefault({})
    .describe('How commits are pushed.');
}

function registry() {
  return z.strictObject({
    host: registryName.describe(
      'The host as image references name it, with its port where it has one. Unique.',
    ),
    auth: z
      .strictObject({
        username: z.string().min(1).max(1000).describe('User name.'),
        password: secret('The password or access token.'),
      })
      .optional()
      .describe('Credentials; they go before those of dockerConfig.'),
    insecure: z.boolean().default(false).describe('Speak plain http to this registry.'),
    concurrency: z.int().min(1).max(256).default(8).describe('Requests to this registry at the same time.'),
    rateLimit: z
      .strictObject({ perSecond: z.number().positive().max(10_000).describe('Requests a second.') })
      .optional()
      .describe('Upper limit of requests to this registry. Default: none.'),
    ca: secret('PEM certificates to trust for this registry beside those of the system.').optional(),
  });
}

/** What concerns the process, not what it works on. */
function process() {
  return {
    dockerConfig: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Path of a Docker config.json with registry credentials. Default: config.json in the folder named by DOCKER_CONFIG, else in ~/.docker, if it is there.',
      ),
    concurrency: z
      .int()
      .min(1)
      .max(64)
      .default(4)
      .describe('How many repositories are worked on at the same time.'),
    server: server(),
    stateDirectory: z
      .string()
      .min(1)
      .default('.tallyman-state')
      .describe('Where clones and caches are kept; it can be deleted at any time. Relative to this file.'),
    log: z
      .strictObject({ level: z.enum(logLevels).default('info').describe('The least level that is written.') })
      .prefault({})
      .describe('Structured logs, on standard error.'),
  };
}

function server() {
  const address = listen
    .prefault('127.0.0.1:8080')
    .describe('Address of /healthz, /readyz and /metrics: host:port, or off.');
  return z.strictObject({ listen: address }).prefault({}).describe('The HTTP server of the daemon.');
}

function schedule(interval: string, cron: string) {
  return {
    interval: duration(1000, 30 * day)
      .optional()
      .describe(interval),
    cron: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe(`${cron} Five fields: minute, hour, day, month, weekday.`),
    timeZone: z
      .string()
      .max(100)
      .refine(isTimeZone, 'this is no time zone; write a name such as Europe/Copenhagen or UTC')
      .optional()
      .describe('The time zone of cron. Default UTC.'),
    jitter: duration(0, day)
      .optional()
      .describe(
        'A random delay up to this is added to each wait. Default: a tenth of the interval, 30s at most; 0s with cron.',
      ),
  };
}

function triggerKeys() {
  return {
    quiet: duration(0, hour)
      .optional()
      .describe(
        'A trigger (SIGHUP, a webhook) waits until no further one came for so long. Scheduled runs do not wait. Default 0s.',
      ),
    maxWait: duration(0, 24 * hour)
      .optional()
      .describe('A trigger waits no longer than this, however many follow it. Default: ten times quiet.'),
  };
}

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
