import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { readJson } from '@majordomo/core/http';
import { messages } from './messages.ts';
import { openaiChat } from './openai-chat.ts';
import type { DemoStep, DemoWire } from './wire.ts';

export interface DemoRequest {
  readonly model: string;
  readonly stream?: boolean;
}

/** HTTP server on 127.0.0.1 that simulates one vendor. */
export interface DemoServer {
  readonly baseURL: string;
  /** Bodies of the requests, in the order of arrival. */
  readonly requests: readonly DemoRequest[];
  close(): Promise<void>;
}

/** Time between two events of a stream, in milliseconds. */
const EVENT_INTERVAL_MS = 12;

/** Starts a server that responds with the next step of the requested model. */
export async function startDemoServer(
  vendor: 'openai' | 'anthropic',
  nextStep: (model: string) => DemoStep,
): Promise<DemoServer> {
  const wire = vendor === 'openai' ? openaiChat : messages;
  const requests: DemoRequest[] = [];
  const respond = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
    const request = (await readJson({ body })) as DemoRequest;
    requests.push(request);
    await play(nextStep(request.model), request, wire, response);
  };
  const server = createServer((incoming, response) => {
    // Any program and page on this machine can send a request.
    respond(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseURL: `http://127.0.0.1:${port}${wire.basePath}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function play(
  step: DemoStep,
  { model, stream = false }: DemoRequest,
  wire: DemoWire,
  response: ServerResponse,
): Promise<void> {
  if (typeof step === 'object' && 'status' in step) {
    response.writeHead(step.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(wire.failure(step.status, step.message)));
    return;
  }
  response.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json' });
  response.flushHeaders();
  if (typeof step === 'object' && 'silent' in step) return;
  if (typeof step === 'object' && 'cutAfter' in step) {
    await writeEvents(response, wire.content(step.cutAfter, model));
    response.destroy();
  } else if (stream) {
    await writeEvents(response, [...wire.content(step, model), ...wire.finish(step, model)]);
    response.end();
  } else {
    response.end(JSON.stringify(wire.complete(step, model)));
  }
}

async function writeEvents(response: ServerResponse, events: readonly string[]): Promise<void> {
  for (const event of events) {
    if (response.destroyed) return;
    response.write(event);
    await pause(EVENT_INTERVAL_MS);
  }
}
