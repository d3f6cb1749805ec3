import { sseEvent } from '@majordomo/core/toolkit';
import { seededRandom } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { withoutLoading } from './loading.ts';

const random = seededRandom(20_261_120);
const loadingEvent = (text: string): string => event({ choices: [{ delta: { reasoning_content: text } }] });
const event = (value: object): string => sseEvent(JSON.stringify(value));
const BANNER = ['━━━━━', '\n', 'llama-swap loading model: "ü"', '.', '\n'].map(loadingEvent).join('');
const OWN = event({ id: 'c1', choices: [{ delta: { reasoning_content: 'Hm.' } }] });

/** Returns the body without loading messages. It arrives in chunks of the given sizes. */
async function read(text: string, size: () => number, type = 'text/event-stream'): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.subarray(at, (at += size())));
    },
  });
  const fetch = withoutLoading(() =>
    Promise.resolve(new Response(body, { headers: { 'content-type': type } })),
  );
  return (await fetch('http://box')).text();
}

it('accepts a status text with characters outside Latin-1', async () => {
  const response = new Response(OWN, { headers: { 'content-type': 'text/event-stream' } });
  Object.defineProperty(response, 'statusText', { value: '服务可用' });
  const fetch = withoutLoading(() => Promise.resolve(response));
  expect(await (await fetch('http://box')).text()).toBe(OWN);
});

describe('a stream without loading messages', () => {
  it.each<[what: string, text: string, left: string]>([
    ['is unchanged if no model was loaded', OWN + OWN, OWN + OWN],
    [
      'is the part after the loading messages',
      BANNER + OWN + loadingEvent('x') + OWN,
      OWN + loadingEvent('x') + OWN,
    ],
    ['is empty for a stream of loading messages only', BANNER, ''],
    ['is an event without an end', BANNER + loadingEvent('x').slice(0, -1), loadingEvent('x').slice(0, -1)],
    ['is a line that is not an event', `${BANNER}{"error":"no"}\n`, '{"error":"no"}\n'],
    [
      'is a similar event with more members',
      event({ choices: [{ delta: { reasoning_content: 'Hm.' } }], id: 'c' }),
      event({ choices: [{ delta: { reasoning_content: 'Hm.' } }], id: 'c' }),
    ],
    [
      'is broken JSON',
      'data: {"choices":[{"delta":{"reasoning_content":"\n\n',
      'data: {"choices":[{"delta":{"reasoning_content":"\n\n',
    ],
  ])('%s, at any chunk boundaries', async (_what, text, remaining) => {
    expect(await read(text, () => 1)).toBe(remaining);
    expect(await read(text, () => text.length)).toBe(remaining);
    for (let n = 0; n < 20; n++)
      expect(await read(text, () => 1 + Math.floor(random() * 90))).toBe(remaining);
  });

  it('is unchanged if it is not an event stream', async () => {
    expect(await read(BANNER, () => 7, 'application/json')).toBe(BANNER);
  });

  it('ends with the error of the source', async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new TypeError('terminated')) });
    const fetch = withoutLoading(() =>
      Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } })),
    );
    await expect((await fetch('http://box')).text()).rejects.toThrow('terminated');
  });

  it('is cancelled with its reader', async () => {
    let cancelled: unknown;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode(OWN)),
      cancel: (reason) => {
        cancelled = reason;
      },
    });
    const fetch = withoutLoading(() =>
      Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } })),
    );
    await (await fetch('http://box')).body?.cancel('enough');
    expect(cancelled).toBe('enough');
  });
});

it('wraps a transport once', () => {
  const fetch: typeof globalThis.fetch = () => Promise.reject(new TypeError('unused'));
  expect(withoutLoading(fetch)).toBe(withoutLoading(fetch));
});
