import { Failure } from '../core/failure.ts';
import { lastDate } from '../core/last-date.ts';
import type { Snapshot } from '../git/repository.ts';
import type { CommitVerifier, Verdict } from '../git/verifier.ts';
import { mainline } from '../release/first-parent.ts';
import type { CommitId, LoggedCommit } from '../release/log.ts';
import { parseRecords } from '../release/record.ts';
import { oneLine } from '../release/text.ts';
import type { StateStore } from '../state/store.ts';
import type { RunSettings } from './settings.ts';

/** Which commits must be signed by a trusted signer before anything is planned on them (product.md, 5). */
export interface HeadRule {
  readonly mode: 'tip' | 'since-last-verified';
  /** A commit that a person looked at: with it and what came before it nothing is asked. */
  readonly reviewed: CommitId | undefined;
}

interface HeadPorts {
  readonly state: StateStore;
  readonly verifier?: CommitVerifier | undefined;
}

const space = 'verified-head';
/** Commits that are checked in one run; more are a history that nobody ever verified. */
const mostChecked = 10_000;
/** Commits whose bytes are read at once. */
const portion = 500;

/**
 * Checks the tip, or every first-parent commit down to the last verified one: the one that the state store remembers, our own newest (it was made
 * on a head that was verified), the reviewed one, or the horizon, whichever comes first on the way back. What the store remembers only spares looking:
 * without it more is checked, never less.
 * @param since the horizon: milliseconds since the epoch
 * @throws Failure `untrusted` that names the commit
 */
export async function verifyHead(
  snapshot: Snapshot,
  settings: Pick<RunSettings, 'repository' | 'verifyHead'>,
  { state, verifier }: HeadPorts,
  since: number,
): Promise<void> {
  const rule = settings.verifyHead;
  if (rule === undefined) return;
  if (verifier === undefined)
    throw new Failure('internal', `verifyHead is set for ${settings.repository}, and nothing verifies it.`);
  const head = { snapshot, rule, repository: settings.repository };
  const known: Line = async () => mainline(await snapshot.history(since), snapshot.commit);
  if (rule.mode === 'tip') return checkTip(head, verifier, known);
  const key = `${settings.repository}\n${snapshot.branch}`;
  const last = (await state.get(space, [key])).get(key);
  if (last === snapshot.commit) return;
  const line = await known();
  if (line.length === 0) await checkTip(head, verifier, known);
  const isEnd = ({ id }: LoggedCommit): boolean => id === last || id === rule.reviewed;
  const end = line.findIndex(isEnd);
  const isReached = await checkLine(head, end < 0 ? line : line.slice(0, end), verifier);
  if (end < 0 && !isReached) await checkLine(head, await hidden(snapshot, line, since, isEnd), verifier);
  await state.set(space, new Map([[key, snapshot.commit]]));
}

interface Head {
  readonly snapshot: Snapshot;
  readonly rule: HeadRule;
  readonly repository: string;
}

type Line = () => Promise<readonly LoggedCommit[]>;

/** Of a branch that nobody touched since the horizon, the tip is all there is to look at. */
async function checkTip(head: Head, verifier: CommitVerifier, line: Line): Promise<void> {
  const { commit } = head.snapshot;
  const bytes = await head.snapshot.commitBytes([commit]);
  const verdict = await verdictOf(head, verifier, bytes.get(commit));
  if (!verdict.trusted) throw untrusted(head, (await line())[0], verdict.why);
}

/**
 * Dates are what a committer wrote: commits that claim to be older than the horizon may stand upon younger ones, and nobody looked at them.
 * @param line what was looked at, without coming to an end
 * @returns what is to be looked at as well: down to the end, else to the last commit that is not older than the horizon
 */
async function hidden(
  snapshot: Snapshot,
  line: readonly LoggedCommit[],
  since: number,
  isEnd: (commit: LoggedCommit) => boolean,
): Promise<readonly LoggedCommit[]> {
  if (line.at(-1)?.parents.length === 0) return [];
  const whole = mainline(await snapshot.history(-lastDate), snapshot.commit);
  const end = whole.findIndex(isEnd);
  const young = whole.findLastIndex(({ committedAt }) => committedAt >= since);
  return whole.slice(line.length, end < 0 ? young + 1 : end);
}

/** @returns whether it came to one of our own */
async function checkLine(
  head: Head,
  asked: readonly LoggedCommit[],
  verifier: CommitVerifier,
): Promise<boolean> {
  for (let from = 0; from < asked.length; from += portion) {
    if (from >= mostChecked)
      throw new Failure(
        'untrusted',
        `More than ${mostChecked} commits of ${head.repository} (${head.snapshot.branch}) were never verified. ${advice(head.rule)}`,
      );
    const commits = asked.slice(from, from + portion);
    const bytes = await head.snapshot.commitBytes(commits.map(({ id }) => id));
    for (const commit of commits) {
      const verdict = await verdictOf(head, verifier, bytes.get(commit.id));
      if (!verdict.trusted) throw untrusted(head, commit, verdict.why);
      if (verdict.own) return true;
    }
  }
  return false;
}

async function verdictOf(
  { snapshot: { branch } }: Head,
  verifier: CommitVerifier,
  bytes: Uint8Array | undefined,
): Promise<Verdict> {
  if (bytes === undefined) return { trusted: false, why: 'is not here in full' };
  const verdict = await verifier.verify(bytes);
  if (!verdict.trusted || !verdict.own) return verdict;
  const other = branchesIn(bytes).find((name) => name !== branch);
  if (other === undefined) return verdict;
  if (verdict.listed) return { ...verdict, own: false };
  const why = `is our own, but was made for the branch ${shown(other)}, where nobody may have asked who signed what it is built upon`;
  return { trusted: false, why };
}

/** That the records of one of our commits tell. One without records may be of any. */
function branchesIn(commit: Uint8Array): readonly string[] {
  const text = new TextDecoder().decode(commit);
  const { records } = parseRecords(text.slice(text.indexOf('\n\n')));
  return records.map(({ branch }) => branch);
}

function untrusted(
  { snapshot, rule, repository }: Head,
  commit: LoggedCommit | undefined,
  why: string,
): Failure {
  const id = commit?.id ?? snapshot.commit;
  const who = commit === undefined ? '' : ` by ${shown(commit.author.name)} <${shown(commit.author.email)}>`;
  const [subject = ''] = commit?.message.split('\n') ?? [];
  const told = subject.trim() === '' ? '' : ` ("${shown(subject)}")`;
  return new Failure(
    'untrusted',
    `Nothing is done on ${snapshot.branch} of ${repository}: commit ${id}${who}${told} ${why}. ${advice(rule)}`,
  );
}

function advice({ mode }: HeadRule): string {
  if (mode === 'tip')
    return 'Look at what it changes; then push a commit on top of it that a trusted signer signed, take it out of the branch, or add its signer to trustedSigners.';
  return 'Look at what it changes; then take it out of the branch, add its signer to trustedSigners, or write the id of the newest commit that you have looked at into trustedSigners.reviewed.';
}

/** Names and subjects are whatever somebody wrote. */
function shown(text: string): string {
  return oneLine(text, 100);
}
