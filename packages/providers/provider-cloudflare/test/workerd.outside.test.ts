import {
  answers,
  checkFacts,
  plays,
  recordings,
  requestOf,
  stalls,
  streams,
  testServer,
  type Answer,
  type Read,
  type TestServer,
} from '@majordomo/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorkerd, type WorkerAnswer, type Workerd } from './workerd.ts';

const cases = recordings('workersai-run');
const check = checkFacts('prompt_tokens', 'completion_tokens');
const responseEvent = (response: string): object => ({ response });

describe('inside workerd', () => {
  let answer: Answer;
  let server: TestServer;
  let workerd: Workerd;
  beforeAll(async () => {
    server = await testServer((...exchange) => answer(...exchange));
    workerd = await startWorkerd(server.origin);
  });
  afterAll(async () => {
    await workerd[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  describe.each([
    ['by the binding', cases.filter(({ status }) => status === 200)],
    ['over REST', cases],
  ] as const)('%s', (transport, played) => {
    it.each(played.map((recording) => [recording.id, recording] as const))('%s', async (_, recording) => {
      answer = plays(recording, 7);
      const read = await workerd.call({ transport, request: requestOf() });
      check(readOf(read), recording);
    });

    it('keeps the order of a thousand deltas', async () => {
      const chunks = Array.from({ length: 1000 }, (_, n) => `${n}é `);
      answer = streams(...chunks.map(responseEvent));
      const { events } = await workerd.call({ transport, request: requestOf() });
      expect(events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : []))).toEqual(chunks);
    });

    it('delivers a delta before the end, and closes the socket on abort', async () => {
      answer = stalls(responseEvent('Hel'));
      const before = server.requests.length;
      const call = workerd.call({ transport, request: requestOf(), abortAt: 'text-delta' });
      const { closed } = await server.request(before);
      const { events, error } = await call;
      await closed;
      expect(events.at(-1)).toMatchObject({ type: 'text-delta', text: 'Hel' });
      expect(error?.kind).toBe('aborted');
    });

    it.each([
      [401, 10_000, 'Authentication error', 'auth'],
      [429, 3036, 'you have used up your daily free allocation', 'quota'],
      [400, 5007, 'No such model @cf/m', 'not-found'],
      [400, 5006, 'AiError: AiError: Bad input: required properties', 'invalid-request'],
    ])('an error of status %i and code %i has its kind', async (status, code, message, kind) => {
      answer = answers({ success: false, errors: [{ code, message }] }, status);
      const { error } = await workerd.call({ transport, request: requestOf() });
      expect(error).toMatchObject({ kind, details: { status, code: String(code) } });
      expect(error?.message).toContain(message);
    });
  });
});

function readOf({ events, error }: WorkerAnswer): Read {
  const parts = events.flatMap((event) => (event.type === 'part-end' ? [event.part] : []));
  const finish = events.find((event) => event.type === 'finish');
  return {
    text: parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    parts,
    toolCalls: parts.filter((part) => part.type === 'tool-call'),
    rawFinish: finish?.raw,
    usage: finish?.usage,
    error,
  };
}
