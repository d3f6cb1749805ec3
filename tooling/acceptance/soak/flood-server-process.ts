/**
 * A server whose responses are longer than any buffer. Creates the bytes once for all requests, and writes them as fast as the
 * socket accepts them.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SIDES } from '../src/wires.ts';
import { FLOOD } from './script.ts';
import type { ServerState } from './processes.ts';

const wire = SIDES.find((side) => side.wire.name === process.argv[2])?.wire;
if (wire === undefined) throw new Error(`no wire named ${process.argv[2] ?? ''}`);
const { model = '' } = SIDES.find((side) => side.wire === wire) ?? {};
// Only the Gemini API reads the model and the delivery from the path. The other wires read the body.
const response = wire.read(`/v1beta/models/${model}:streamGenerateContent?alt=sse`, { model, stream: true });
const frames = wire.stream(FLOOD, response).map(({ bytes }) => bytes);
const open = new Set<ServerResponse>();

const server = createServer((request, response) => {
  open.add(response);
  response.once('close', () => open.delete(response));
  request.resume().once('end', () => {
    response.writeHead(200, wire.streamHeaders);
    pour(response, 0);
  });
});

/** Writes frames from this one on until the socket is full, and continues when the socket has drained. */
function pour(response: ServerResponse, from: number): void {
  for (let at = from; at < frames.length; at++) {
    if (response.destroyed) return;
    if (!response.write(frames[at])) {
      response.once('drain', () => {
        pour(response, at + 1);
      });
      return;
    }
  }
  response.end();
}

function report(): void {
  const responses = [...open];
  const state: ServerState = {
    baseURL: wire?.baseURL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) ?? '',
    open: responses.length,
    connections: process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length,
    sent: responses.reduce(
      (sum, { socket }) => sum + (socket?.bytesWritten ?? 0) - (socket?.writableLength ?? 0),
      0,
    ),
  };
  process.send?.(state);
}

process.on('message', report);
process.once('disconnect', () => {
  server.close();
  server.closeAllConnections();
});
server.listen(0, '127.0.0.1', report);
