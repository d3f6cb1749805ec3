import {
  createMajordomo,
  LlmError,
  user,
  type CallEvent,
  type ChatModel,
  type ChatRequest,
  type ModelEvent,
  type ModelRequest,
  type Provider,
  type StreamEvent,
} from '@majordomo/core';
import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { EventWriter } from '@majordomo/wire-kit';
import { memoryRecords } from '@majordomo/records';
import { cached, type CacheEvent, type CacheOptions } from '../src/index.ts';

/** How a model answers: in pieces, each of which waits for `step`. */
export interface Answer {
  readonly pieces: readonly string[];
  readonly calls?: readonly { readonly name: string; readonly json: string; readonly programId?: string }[];
  readonly finish?: Extract<ModelEvent, { type: 'finish' }>['reason'];
  readonly step?: () => Promise<void>;
  readonly fail?: boolean;
}

export const hi: ChatRequest = { messages: [user('hi')] };

interface World {
  readonly model: ChatModel;
  /** Requests of the model. */
  readonly requests: readonly ModelRequest[];
  readonly calls: readonly CallEvent[];
  readonly events: readonly CacheEvent[];
  /** Streams of the model that have ended or were closed. */
  closed(): number;
  types(): readonly CacheEvent['type'][];
}

/** One model behind a cache, and what happened. */
export function world(answer: (request: ModelRequest) => Answer, options: Partial<CacheOptions> = {}): World {
  const events: CacheEvent[] = [];
  const calls: CallEvent[] = [];
  const requests: ModelRequest[] = [];
  let closed = 0;
  const provider: Provider = {
    spi: 1,
    id: 'a',
    model: (id) => ({
      id,
      families: ['a'],
      capabilities: {},
      async *stream(request, { target, signal }) {
        requests.push(request);
        const { pieces, calls: tools = [], finish = 'stop', step, fail = false } = answer(request);
        const scribe = new EventWriter(target, { collects: true });
        try {
          scribe.start('r1');
          for (const piece of pieces) {
            await step?.();
            signal.throwIfAborted();
            scribe.text(piece);
            yield scribe.take();
          }
          if (fail) throw new LlmError('invalid-request', 'refused');
          for (const [at, call] of tools.entries()) {
            scribe.toolCall(String(at), { id: `c${at}`, ...call });
          }
          scribe.finish(finish, finish, { ...UNKNOWN_USAGE, input: 3, output: 4 });
          yield scribe.take();
        } finally {
          closed++;
        }
      },
    }),
  };
  const model = cached(
    createMajordomo({ providers: [provider], onEvent: (event) => calls.push(event) }).model('a/x'),
    { records: memoryRecords(), namespace: 'test', onEvent: (event) => events.push(event), ...options },
  );
  return {
    model,
    requests,
    calls,
    closed: () => closed,
    types: () => events.map(({ type }) => type),
    events,
  };
}

export const echo = (request: ModelRequest): Answer => ({
  pieces: ['you said ', JSON.stringify(request.messages.at(-1))],
});

/** Step that waits for `open`. */
export function gate(): { readonly step: () => Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return {
    step: () => opened,
    open: () => {
      open();
    },
  };
}

export async function eventsOf(stream: AsyncIterable<StreamEvent>): Promise<readonly StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** Until the keys of the calls made before are known: they are hashed one after the other. */
export async function hashed(): Promise<void> {
  for (let at = 0; at < 5; at++) await crypto.subtle.digest('SHA-256', new Uint8Array(1));
}
