import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// A process for `startServer`: a static registry. Every repository has the tags 1.0.0, 0.1.0, 0.2.0, ...; their number is the argument.
const tags = Array.from({ length: Number(process.argv[2]) }, (_, index) =>
  index === 0 ? '1.0.0' : `0.${index}.0`,
);
const suffix = `","tags":${JSON.stringify(tags)}}`;
const requests: string[] = [];

const server = createServer((request, response) => {
  requests.push(`${request.method} ${request.url}`);
  const name = /^\/v2\/(.+)\/tags\/list/.exec(request.url ?? '')?.[1];
  const body = name === undefined ? '{}' : `{"name":"${name}${suffix}`;
  response.writeHead(name === undefined && request.url !== '/v2/' ? 404 : 200, {
    'content-type': 'application/json',
    'content-length': body.length,
  });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on('message', () => {
  process.send?.(requests.splice(0));
});
process.once('disconnect', () => {
  server.close();
  server.closeAllConnections();
});
