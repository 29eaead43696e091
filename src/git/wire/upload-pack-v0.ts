import { Failure } from '../../core/failure.ts';
import type { CommitId } from '../../release/log.ts';
import type { FetchRequest } from '../transport.ts';
import { checkLine, type Capabilities } from './advertisement.ts';
import { cutOf, fetchLines, wantsThin } from './fetch-lines.ts';
import { cutOff, encodePacket, flushPacket, type Packet } from './pkt-line.ts';
import { readShallow, type ShallowNews } from './shallow.ts';
import type { Peer } from './words.ts';

/**
 * A fetch in protocol version 0, for servers that know no better (Azure Repos): wants, haves and `done` in one request, so that no
 * negotiation takes place (gitprotocol-pack).
 * @throws Failure `bad-answer` where the server lacks `side-band-64k`, which every server since 2006 has
 */
export function fetchRequestV0(capabilities: Capabilities, request: FetchRequest, peer: Peer): Uint8Array {
  if (!capabilities.has('side-band-64k')) {
    const { host } = peer;
    throw new Failure('bad-answer', `${host} is too old a git server: it has no side-band-64k`, { host });
  }
  const thin = wantsThin(request) ? ['thin-pack'] : [];
  const offered = [
    ...thin,
    'multi_ack_detailed',
    'side-band-64k',
    'thin-pack',
    'ofs-delta',
    'no-progress',
    'filter',
  ];
  const asked = offered.filter((name) => capabilities.has(name));
  const isFiltered = request.filter !== undefined && capabilities.has('filter');
  if (cutOf(request, isFiltered) !== undefined) asked.push('deepen-since');
  if (request.relative === true && capabilities.has('deepen-relative')) asked.push('deepen-relative');
  const offers = {
    depth: capabilities.has('shallow'),
    since: capabilities.has('deepen-since'),
    relative: false,
    filter: capabilities.has('filter'),
  };
  const [first = '', ...others] = fetchLines(request, offers, peer);
  const lines = [`${first} ${[...asked, 'agent=tallyman'].join(' ')}`, ...others];
  return Buffer.concat([
    ...lines.map((line) => encodePacket(`${line}\n`)),
    flushPacket,
    ...request.haves.map((id) => encodePacket(`have ${id}\n`)),
    encodePacket('done\n'),
  ]);
}

/**
 * Reads the shallow lines and acknowledgements; gives the first line of the pack back through `packets`, which afterwards stands at it.
 */
export async function readFetchHeadV0(
  packets: AsyncIterator<Packet, unknown, undefined>,
  peer: Peer,
): Promise<{ readonly news: ShallowNews; readonly packets: AsyncIterator<Packet, unknown, undefined> }> {
  const shallow: CommitId[] = [];
  const unshallow: CommitId[] = [];
  for (;;) {
    const next = await packets.next();
    if (next.done === true) throw cutOff(peer);
    const packet = next.value;
    if (packet.kind !== 'data') continue;
    // Lines of the side-band begin with their channel's number; no other line begins with a control character.
    if ((packet.data[0] ?? 0) <= 3) {
      return { news: { shallow, unshallow }, packets: putBack(packet, packets) };
    }
    readShallow(checkLine(packet.data, peer), peer, shallow, unshallow);
  }
}

function putBack(
  first: Packet,
  rest: AsyncIterator<Packet, unknown, undefined>,
): AsyncIterator<Packet, unknown, undefined> {
  let waiting: Packet | undefined = first;
  return {
    async next() {
      if (waiting === undefined) return rest.next();
      const value = waiting;
      waiting = undefined;
      return { value };
    },
    async return() {
      await rest.return?.();
      return { value: undefined, done: true };
    },
  };
}
