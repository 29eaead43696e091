import { Failure, type FailureCode } from '../../core/failure.ts';
import type { PushReport, PushRequest, RemoteRef } from '../transport.ts';
import { checkLine, type Capabilities } from './advertisement.ts';
import { decodePackets, encodePacket, flushPacket, type Packet } from './pkt-line.ts';
import { ServerWords, sideBandData } from './side-band.ts';
import type { Peer } from './words.ts';

/** The id that stands for "no such ref". */
export const zeroId = '0'.repeat(40);

/** Whether the advertised ref is where the push expects it; if not, somebody was faster and nothing needs to be sent. */
export function isAtOldId(refs: readonly RemoteRef[], request: PushRequest): boolean {
  const ref = refs.find(({ name }) => name === request.ref);
  return (ref?.id ?? zeroId) === request.oldId;
}

/**
 * The body of a push: one command with the old id as its condition, push options, the pack (gitprotocol-pack, "Pushing Data To a Server").
 * @throws Failure `bad-answer` where the server cannot report, or options are asked for that it does not take
 */
export function pushBody(capabilities: Capabilities, request: PushRequest, peer: Peer): Uint8Array {
  const { host } = peer;
  const { ref, oldId, newId, options } = request;
  if (!capabilities.has('report-status')) {
    throw new Failure('bad-answer', `${host} does not report what became of a push; it cannot be used`, {
      host,
    });
  }
  if (options.length > 0 && !capabilities.has('push-options')) {
    const words = `${host} takes no push options; remove them from the configuration, or allow them there (receive.advertisePushOptions)`;
    throw new Failure('bad-answer', words, { host });
  }
  // Not `atomic`: one ref is atomic by itself, and git's "atomic transaction failed" would hide why it did not move.
  const offered = ['report-status', 'side-band-64k', 'ofs-delta', 'quiet'];
  const asked = offered.filter((name) => capabilities.has(name));
  if (options.length > 0) asked.push('push-options');
  if (capabilities.has('object-format')) asked.push('object-format=sha1');
  if (capabilities.has('agent')) asked.push('agent=tallyman');
  return Buffer.concat([
    encodePacket(`${oldId} ${newId} ${ref}\0 ${asked.join(' ')}`),
    flushPacket,
    ...(options.length > 0
      ? [...options.map((option) => encodePacket(checkOption(option))), flushPacket]
      : []),
    request.pack,
  ]);
}

/** Reads what the server reports about `pushBody`, and judges it. */
export async function readPushAnswer(
  packets: AsyncGenerator<Packet, void, undefined>,
  capabilities: Capabilities,
  request: PushRequest,
  peer: Peer,
): Promise<PushReport> {
  const words = new ServerWords();
  const lines: string[] = [];
  const report = capabilities.has('side-band-64k')
    ? decodePackets(sideBandData(packets, peer, words), peer)
    : packets;
  try {
    for await (const packet of report) {
      if (packet.kind === 'data') lines.push(checkLine(packet.data, peer));
    }
  } catch (error) {
    throw unheard(error, request);
  }
  return readReport(lines, request.ref, words.text(peer), peer);
}

/** A push that was sent, and whose answer may have been lost on the way. */
export function unheard(error: unknown, request: PushRequest): unknown {
  return error instanceof Failure && error.retryable ? notKnown(error, request) : error;
}

/** It may have arrived: whoever reads the message should know. */
export function notKnown(error: unknown, { ref }: PushRequest): unknown {
  if (!(error instanceof Failure) || !lost.has(error.code)) return error;
  const { code, message, host, retryable } = error;
  const words = `${message}; whether the push to ${ref} arrived is not known, and the next run looks first`;
  return new Failure(code, words, { ...(host === undefined ? {} : { host }), retryable, cause: error });
}

const lost = new Set<FailureCode>(['unreachable', 'timeout', 'bad-answer']);

/**
 * Judges the report lines (`unpack ...`, `ok <ref>`, `ng <ref> <reason>`).
 * @param said what the server wrote beside them: hooks and protections explain themselves there
 */
export function readReport(lines: readonly string[], ref: string, said: string, peer: Peer): PushReport {
  const unpack = after('unpack', lines);
  const refused = after(`ng ${ref}`, lines);
  if (unpack === 'ok' && refused === undefined && lines.includes(`ok ${ref}`)) return { kind: 'ok' };
  const reasons = [refused, unpack === 'ok' ? undefined : unpack].filter((reason) => reason !== undefined);
  if (reasons.length === 0) {
    const { host } = peer;
    throw new Failure('bad-answer', `${host} did not say what became of the push to ${ref}`, {
      host,
      retryable: true,
    });
  }
  if (refused !== undefined && isRace(refused, said)) {
    const locked = [refused, ...said.split('\n')].findLast((line) => lockedReason.test(line));
    return locked === undefined ? { kind: 'raced' } : { kind: 'raced', locked: peer.words(locked) };
  }
  const words = [said, ...reasons.map((reason) => peer.words(reason))].filter((part) => part !== '');
  return { kind: 'refused', words: words.length === 0 ? 'it gave no reason' : words.join('\n') };
}

/** What follows a start on its line; there may be nothing. */
function after(start: string, lines: readonly string[]): string | undefined {
  return lines.find((line) => line === start || line.startsWith(`${start} `))?.slice(start.length + 1);
}

/** Reasons by which git, GitHub, GitLab and Gitea say that the ref moved, or that another push holds its lock. */
const raceReasons = [
  /fetch first/i,
  /non-fast-forward/i,
  /stale info/i,
  /failed to update ref/i,
  /cannot lock ref/i,
  /failed to lock/i,
  /incorrect old value provided/i,
  /reference already exists/i,
  /is at [0-9a-f]+ but expected/i,
];
/** Git gives one reason where the ref moved while it was pushed to, and where its lock file is there; these say which. */
const lockedReason = /\.lock['"]?: file exists|failed to lock/i;
/** A lock that fails for these reasons fails again. */
const lastingReasons = /permission denied|read-only file system|no space left|quota exceeded/i;

function isRace(reason: string, said: string): boolean {
  return raceReasons.some((pattern) => pattern.test(reason)) && !lastingReasons.test(`${reason}\n${said}`);
}

function checkOption(option: string): string {
  if (!/[\0\n]/.test(option)) return option;
  throw new Failure(
    'invalid-config',
    'a push option holds a line break or a zero byte, which git does not take',
  );
}
