import { ok as expect } from 'node:assert/strict';
import { createMajordomo, type Message, type Provider, user } from '@majordomo/core';
import { socketFetch, type SocketEvent } from '@majordomo/responses-socket';

/** Model over sockets, and the events of the sockets. */
interface OverSockets {
  readonly model: ReturnType<ReturnType<typeof createMajordomo>['model']>;
  readonly events: readonly SocketEvent[];
}

/** Fact about the sockets of a vendor on which the code depends, but which no recording confirms. Throws if the fact is wrong. */
export interface SocketCase {
  readonly name: string;
  readonly run: (over: OverSockets) => Promise<void>;
}

const WORD = 'PAPAYA';
const FIRST: readonly Message[] = [
  user(`Remember the word ${WORD}. Answer only "ok". ${'Filler. '.repeat(300)}`),
];
const SECOND = 'Which word should you remember? Answer only with the word.';

/** Returns for each request whether it contained only new items. */
const increments = (events: readonly SocketEvent[]): string =>
  events.flatMap((event) => (event.type === 'request' ? [event.isIncrement] : [])).join();

const detours = (events: readonly SocketEvent[]): string =>
  events.flatMap((event) => ('why' in event ? [`${event.type}: ${event.why}`] : [])).join('; ');

export const SOCKET_CASES: readonly SocketCase[] = [
  {
    name: 'a request is answered over a socket',
    async run({ model, events }) {
      const { text } = await model.generate({ messages: [user('Answer only "ok".')] });
      expect(/ok/i.test(text), `the answer is ${text}`);
      expect(detours(events) === '', detours(events));
    },
  },
  {
    name: 'an increment continues the conversation, also without stored responses, and is billed as the complete input',
    async run({ model, events }) {
      const first = await model.generate({ messages: FIRST });
      const { text, usage } = await model.generate({ messages: [...FIRST, first.message, user(SECOND)] });
      expect(increments(events) === 'false,true', `the requests were increments: ${increments(events)}`);
      expect(detours(events) === '', detours(events));
      expect(text.includes(WORD), `the answer is ${text}`);
      const [before, after] = [first.usage?.input ?? 0, usage?.input ?? 0];
      expect(after > before, `the increment has ${after} input tokens, and the complete request ${before}`);
    },
  },
  {
    name: 'an edited conversation is sent completely, and answered',
    async run({ model, events }) {
      const first = await model.generate({ messages: FIRST });
      const edited = [user('Remember the word MANGO. Answer only "ok".'), first.message, user(SECOND)];
      const { text } = await model.generate({ messages: edited });
      expect(increments(events) === 'false,false', `the requests were increments: ${increments(events)}`);
      expect(text.includes('MANGO'), `the answer is ${text}`);
    },
  },
  {
    name: 'a request with an invalid setting is refused with its status, and the next one uses a socket',
    async run({ model, events }) {
      const invalid = { extra: { openai: { top_p: 7 }, xai: { top_p: 7 } } };
      const error: unknown = await model
        .generate({ messages: [user('hi')], ...invalid })
        .catch((thrown: unknown) => thrown);
      expect(error instanceof Error && error.message.includes('400'), `the result is ${String(error)}`);
      await model.generate({ messages: [user('Answer only "ok".')] });
      expect(detours(events) === '', detours(events));
    },
  },
];

/** Runs a case with separate sockets. */
export async function runSocketCase(
  { run }: SocketCase,
  create: (fetch: typeof globalThis.fetch) => Provider,
  modelId: string,
): Promise<void> {
  const events: SocketEvent[] = [];
  const sockets = socketFetch({ maxSockets: 1, onEvent: (event) => events.push(event) });
  const provider = create(sockets);
  const majordomo = createMajordomo({
    providers: [provider],
    env: process.env,
    chain: { attempts: 1 },
  });
  try {
    await run({ model: majordomo.model(`${provider.id}/${modelId}`), events });
  } finally {
    sockets.close();
  }
}
