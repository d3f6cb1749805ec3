import type { Agent, RunState } from '@majordomo/agent';
import type { Message } from '@majordomo/core';
import { createResumableStreams, fromUiMessages, type ResumableStreams } from '../../src/index.ts';
import { gate, type Gate } from './gate.ts';
import type { Version } from './page.ts';

/** Server of a chat whose responses outlive their connections. */
export interface ResumableServer {
  /** Handler of `POST /api/chat` and `GET /api/chat/:id/stream`. */
  readonly fetch: (request: Request) => Promise<Response>;
  readonly streams: ResumableStreams;
  /** Gates of the responses, in order. */
  readonly gates: readonly Gate[];
  /** Breaks the connection of the last response. */
  breakConnection(): void;
}

/**
 * @param gates numbers of the events before which the responses wait; a response without a number does not wait
 * @param otherProcess registry that responds to `GET`
 */
export function resumableServer(
  version: Version,
  agent: Agent,
  gates: readonly number[] = [],
  streams: ResumableStreams = createResumableStreams(),
  otherProcess: ResumableStreams = streams,
): ResumableServer {
  const createdGates: Gate[] = [];
  let stored: RunState | readonly Message[] = [];
  let breakBody = (): void => undefined;
  return {
    streams,
    gates: createdGates,
    breakConnection: () => breakBody(),
    async fetch(request) {
      if (request.method === 'GET') {
        const [, , , id = ''] = new URL(request.url).pathname.split('/').map(decodeURIComponent);
        return otherProcess.resume(id, { signal: request.signal });
      }
      const { id, messages } = (await request.json()) as { id: string; messages: unknown };
      const input = await fromUiMessages(messages, { stored });
      const events = agent.stream(input.run, { decisions: input.decisions, afterCommit: 'restart' });
      const newGate = gate(events, gates[createdGates.length] ?? Infinity);
      createdGates.push(newGate);
      const response = streams.start(id, newGate.events, {
        aiSdk: version,
        input,
        messageId: input.messageId ?? 'answer',
        signal: request.signal,
        onEnd: ({ outcome, state, messages: transcript }) => {
          stored = outcome === 'awaiting' && state !== undefined ? state : transcript;
        },
      });
      const [body, breakNewBody] = breakableBody(response.body as ReadableStream<Uint8Array>);
      breakBody = breakNewBody;
      return new Response(body, { headers: response.headers });
    },
  };
}

/** Returns a copy of the body, and a function that ends the copy with an error. */
function breakableBody(body: ReadableStream<Uint8Array>): [ReadableStream<Uint8Array>, () => void] {
  const controller = new AbortController();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  body.pipeTo(writable, { signal: controller.signal }).catch(() => undefined);
  return [readable, () => controller.abort(new TypeError('the network failed'))];
}
