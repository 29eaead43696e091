import { nearest } from '../../core/nearest.ts';
import type { Hold } from '../../policy/model.ts';

const prefixes = ['keel.sh/', 'keel.observer/'] as const;
/** Old spellings. */
const aliases: Readonly<Record<string, string>> = {
  'match-tag': 'matchTag',
  'match-pre-release': 'matchPreRelease',
};
/** Written by Keel itself. */
const internal = ['digest', 'update-time'];

/** Keys that change what is elected, or where. */
const carriedOut = [
  'policy',
  'matchTag',
  'matchPreRelease',
  'initContainers',
  'imageVolumes',
  'monitorContainers',
];

/** Keys without an equal in a policy, and what there is instead. */
export const withoutEqual: Readonly<Record<string, string>> = {
  trigger: 'how often a registry is asked is `interval` in tallyman.yaml',
  pollSchedule: 'how often a registry is asked is `interval` in tallyman.yaml',
  imagePullSecret: 'credentials of registries stand in tallyman.yaml',
  approvals: 'nobody can approve here; review releases as pull requests, or hold the policy',
  approvalDeadline: 'there are no approvals',
  notify: 'notifications are set in tallyman.yaml',
  notificationChannels: 'notifications are set in tallyman.yaml',
  releaseNotes: 'the commit message links to the source that the image names',
};

/**
 * The name of a key of Keel, without its prefix and in the new spelling.
 * @returns `undefined` where the key is none of Keel's
 */
export function keelKey(key: string): string | undefined {
  const prefix = prefixes.find((known) => key.startsWith(known));
  if (prefix === undefined) return undefined;
  const name = key.slice(prefix.length);
  return aliases[name] ?? name;
}

/** ` (did you mean ...)` where a key is unknown; `undefined` where it is known. */
export function unknownKeelKey(name: string): string | undefined {
  const inAnnotations = Object.keys(withoutEqual).filter((key) => key !== 'notificationChannels');
  const known = [...carriedOut, ...inAnnotations, ...internal];
  if (known.includes(name)) return undefined;
  const near = nearest(name, known);
  return near === undefined ? '' : ` (did you mean "keel.sh/${near}"?)`;
}

/** What asks for approval is not released without; `undefined` where no votes are asked for. */
export function askedApprovals(votes: string): Hold | undefined {
  return /^\s*0*\s*$/.test(votes)
    ? undefined
    : { reason: `Keel asks for ${votes} approvals`, by: '', until: undefined };
}
