// A small shop behind Envoy: what a browser, an app and a script would ask of a real one. Node's standard library only.
//   node server.mjs PORT     (0 picks a free port; the port is the first line printed)
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

import { answers, notFound } from './pages.mjs';

const BODY_LIMIT = 1 << 20; // bytes of a request body that are read; the rest is thrown away

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://origin');
  const body = await read(request);
  const cross = request.headers.origin && !request.headers.origin.endsWith(`//${request.headers.host}`);
  if (cross) allowOrigin(request, response);
  if (request.method === 'OPTIONS') {
    response.writeHead(204, { 'access-control-max-age': '0' }).end();
    return;
  }
  const answer = (answers[url.pathname] ?? notFound)({ request, url, body });
  if (answer.stream) {
    response.writeHead(200, answer.headers);
    response.end(answer.stream);
    return;
  }
  response.writeHead(answer.status ?? 200, { 'cache-control': 'no-store', ...answer.headers });
  response.end(request.method === 'HEAD' ? undefined : answer.body);
});

server.on('upgrade', (request, socket) => {
  // Accept the WebSocket and close it: the handshake is what a filter sees.
  const key = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`);
  socket.end(Buffer.from([0x88, 0x00]));
  socket.on('error', () => {});
});

server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => console.log(server.address().port));
process.on('SIGTERM', () => process.exit(0));

async function read(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= BODY_LIMIT) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function allowOrigin(request, response) {
  response.setHeader('access-control-allow-origin', request.headers.origin);
  response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('access-control-allow-methods', 'GET, POST, PUT, DELETE');
  response.setHeader('access-control-allow-headers', 'content-type, x-shop-client');
  response.setHeader('vary', 'origin');
}
