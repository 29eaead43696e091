import type { Position } from '../core/position.ts';
import type { Guardrails } from '../policy/election/guardrails.ts';

/** `tallyman.yaml` as the rest of the program sees it: checked, defaults filled in, all paths absolute, all times in milliseconds. */
export interface Config {
  /** The file it was read from, absolute. */
  readonly file: string;
  readonly repositories: readonly RepositoryConfig[];
  /** All that the file names, where a command was told of one only. */
  readonly watched?: readonly RepositoryConfig[];
  readonly registries: readonly RegistryConfig[];
  /** Path of a Docker `config.json` named in the file; `undefined`: docker's own place. */
  readonly dockerConfig: string | undefined;
  /** How many repositories are worked on at the same time. */
  readonly concurrency: number;
  /** `undefined`: no HTTP server. */
  readonly server: Listen | undefined;
  readonly stateDirectory: string;
  readonly environments: readonly EnvironmentConfig[];
  /** Other tools' policies that are acted on (product.md, 2.4). */
  readonly dialects: readonly (typeof liveDialects)[number][];
  readonly logLevel: LogLevel;
  /** How far back release history is read. */
  readonly horizon: number;
  /** Outbound proxy: `http://host:port`, or `env` for what HTTPS_PROXY, HTTP_PROXY and NO_PROXY say; `undefined`: none. */
  readonly proxy: string | undefined;
}

export interface RepositoryConfig {
  readonly name: string;
  readonly remote: Remote;
  readonly branch: string;
  /** Path globs that are read and written; empty: everything. */
  readonly paths: readonly string[];
  /** Folders whose policies bind anywhere. */
  readonly policyRoots: readonly string[];
  readonly schedule: Schedule;
  /** A random delay up to this is added to every wait. */
  readonly jitter: number;
  /** A trigger waits until no further one came for so long, */
  readonly quiet: number;
  /** but no longer than this. */
  readonly maxWait: number;
  readonly auth: RepositoryAuth | undefined;
  /** Of https connections: PEM texts, and the outbound proxy as `Config.proxy`. */
  readonly connection: {
    readonly ca: Secret | undefined;
    readonly clientCertificate:
      { readonly cert: Secret; readonly key: Secret; readonly passphrase: Secret | undefined } | undefined;
    readonly proxy: string | undefined;
  };
  readonly signing: Signing | undefined;
  /** Which commits must be signed by a trusted signer; `undefined`: none. */
  readonly verifyHead: HeadVerification | undefined;
  readonly author: { readonly name: string; readonly email: string };
  readonly committer: { readonly name: string; readonly email: string };
  /** Whether each commit is signed off by its author. */
  readonly signOff: boolean;
  readonly pushOptions: readonly string[];
  /** A run that would make more releases pushes nothing until a person accepts its plan. */
  readonly maxReleasesPerRun: number;
  /** Whether the first run ever on the branch waits for a person too. */
  readonly confirmFirstRun: boolean;
  /** Template of the commit message; `undefined`: the default of product.md, 6.1. */
  readonly message: string | undefined;
}

export type Remote =
  | { readonly kind: 'http'; readonly url: string }
  | {
      readonly kind: 'ssh';
      /** One spelling for one place. */
      readonly url: string;
      readonly username: string;
      /** Name or address, without brackets. */
      readonly address: string;
      readonly port: number;
      /** Absolute, relative to the login's folder, or with `~`: as the server gets it. */
      readonly path: string;
    }
  | { readonly kind: 'local'; readonly path: string };

export type Schedule =
  | { readonly kind: 'interval'; readonly every: number }
  /** Five fields, in the named time zone. */
  | { readonly kind: 'cron'; readonly expression: string; readonly timeZone: string };

export type RepositoryAuth =
  | { readonly kind: 'basic'; readonly username: string; readonly password: Secret }
  | { readonly kind: 'bearer'; readonly token: Secret }
  | {
      readonly kind: 'githubApp';
      readonly appId: string;
      readonly installationId: number;
      readonly privateKey: Secret;
      readonly apiUrl: string;
    }
  | {
      readonly kind: 'ssh';
      readonly login:
        | { readonly kind: 'key'; readonly key: Secret; readonly passphrase: Secret | undefined }
        | { readonly kind: 'agent' };
      readonly knownHosts: KnownHostsSource;
    };

/** Where trusted host keys stand, in the form of `known_hosts`. */
export type KnownHostsSource = { readonly file: string } | { readonly entries: readonly string[] };

export interface Signing {
  readonly kind: 'ssh' | 'openpgp';
  readonly key: Secret;
  readonly passphrase: Secret | undefined;
}

export interface HeadVerification {
  readonly mode: 'tip' | 'since-last-verified';
  /** Path of a file in the form of `allowed_signers`. */
  readonly allowedSigners: string | undefined;
  /** Paths of files with armored OpenPGP public keys. */
  readonly openPgpKeys: readonly string[];
  /** Id of a commit that a person looked at. */
  readonly reviewed: string | undefined;
}

export interface RegistryConfig {
  /** Canonical, with its port where it has one: the `registryHost` of its images. */
  readonly host: string;
  readonly auth: { readonly username: string; readonly password: Secret } | undefined;
  /** Plain http. */
  readonly insecure: boolean;
  /** Requests at the same time. */
  readonly concurrency: number;
  /** Requests a second; `undefined`: no limit. */
  readonly perSecond: number | undefined;
  /** PEM certificates to trust for this host, beside the system's. */
  readonly ca: Secret | undefined;
}

/** Where a secret is; never the secret itself. `readSecret` gives its present value. */
export type Secret = { readonly env: string } | { readonly file: string };

export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** A named set of paths on a repository's branch. */
export interface EnvironmentConfig {
  readonly name: string;
  readonly repository: string;
  readonly paths: readonly string[];
  /** Left to right in tables; default: the place in the list. */
  readonly order: number;
  /** Nothing is released there. */
  readonly paused: boolean;
  /** Times in which nothing is released there: milliseconds since the epoch, `until` not included. */
  readonly freezes: readonly { readonly from: number; readonly until: number; readonly reason: string }[];
  readonly rules: EnvironmentRules;
  /** Where it stands in the file, and where the rules do that a problem may be about (the whole of it where they are not there). */
  readonly positions: { readonly entry: Position; readonly mode: Position; readonly verify: Position };
}

export interface EnvironmentRules extends Guardrails {
  /** A run that would release more there waits to be accepted; `undefined`: only the repository's limit counts. */
  readonly maxReleasesPerRun?: number | undefined;
}

/** The dialects that can be acted on; all are read by `elect`. */
export const liveDialects = ['flux2'] as const;

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The process environment, handed in by `main`. */
export type Environment = Readonly<Record<string, string | undefined>>;
