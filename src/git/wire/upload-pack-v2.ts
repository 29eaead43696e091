import { Failure } from '../../core/failure.ts';
import type { CommitId } from '../../release/log.ts';
import type { FetchRequest, RemoteRef } from '../transport.ts';
import { checkLine, parseRef, type Capabilities } from './advertisement.ts';
import { cutOff, delimiterPacket, encodePacket, flushPacket, type Packet } from './pkt-line.ts';
import { fetchLines, wantsThin } from './fetch-lines.ts';
import { readShallow, type ShallowNews } from './shallow.ts';
import type { Peer } from './words.ts';

/** The body of `ls-refs` (gitprotocol-v2). No prefix at all asks for every ref. */
export function lsRefsRequest(capabilities: Capabilities, prefixes: readonly string[]): Uint8Array {
  const wanted = prefixes.includes('') ? [] : prefixes;
  return command(
    'ls-refs',
    capabilities,
    wanted.map((prefix) => `ref-prefix ${prefix}`),
  );
}

/** Servers may answer more than was asked for: the caller picks. */
export async function readRefs(packets: AsyncIterable<Packet>, peer: Peer): Promise<readonly RemoteRef[]> {
  const refs: RemoteRef[] = [];
  let complete = false;
  for await (const packet of packets) {
    if (packet.kind !== 'data') complete = true;
    else if (complete) throw goesOn(peer);
    else refs.push(parseRef(checkLine(packet.data, peer), peer));
  }
  if (!complete) throw cutOff(peer);
  return refs;
}

/** Whether `fetch` offers `feature` (`filter`, `shallow`). */
export function offersFetch(capabilities: Capabilities, feature: string): boolean {
  return (capabilities.get('fetch') ?? '').split(' ').includes(feature);
}

/** The body of `fetch`. It ends with `done`, so that the pack comes in this one round trip. */
export function fetchRequestV2(capabilities: Capabilities, request: FetchRequest, peer: Peer): Uint8Array {
  const shallow = offersFetch(capabilities, 'shallow');
  return command('fetch', capabilities, [
    'thin-pack',
    'ofs-delta',
    'no-progress',
    ...(wantsThin(request) ? ['thin-pack'] : []),
    ...fetchLines(
      request,
      { depth: shallow, since: shallow, relative: shallow, filter: offersFetch(capabilities, 'filter') },
      peer,
    ),
    ...request.haves.map((id) => `have ${id}`),
    'done',
  ]);
}

/** Reads the sections before the pack; afterwards `packets` stands at the first line of the pack. */
export async function readFetchHead(
  packets: AsyncIterator<Packet, unknown, undefined>,
  peer: Peer,
): Promise<ShallowNews> {
  const shallow: CommitId[] = [];
  const unshallow: CommitId[] = [];
  for (;;) {
    const next = await packets.next();
    if (next.done === true) throw cutOff(peer);
    if (next.value.kind === 'flush') throw noPack(peer);
    if (next.value.kind !== 'data') continue;
    const line = checkLine(next.value.data, peer);
    if (line === 'packfile') return { shallow, unshallow };
    readShallow(line, peer, shallow, unshallow);
  }
}

function command(name: string, capabilities: Capabilities, args: readonly string[]): Uint8Array {
  const format = capabilities.has('object-format') ? ['object-format=sha1'] : [];
  const agent = capabilities.has('agent') ? ['agent=tallyman'] : [];
  const head = [`command=${name}`, ...agent, ...format];
  return Buffer.concat([
    ...head.map((line) => encodePacket(`${line}\n`)),
    delimiterPacket,
    ...args.map((line) => encodePacket(`${line}\n`)),
    flushPacket,
  ]);
}

function goesOn({ host }: Peer): Failure {
  const words = `${host} went on after the end of its list of refs; another program may write to the same connection`;
  return new Failure('bad-answer', words, { host });
}

function noPack({ host }: Peer): Failure {
  return new Failure('bad-answer', `${host} answered a fetch without a pack`, { host });
}
