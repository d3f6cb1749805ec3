import { expect, it } from 'vitest';
import { sseMessages } from './framing.ts';

it('cancels the body when the reader leaves the loop', async () => {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      controller.enqueue(new TextEncoder().encode('data: a\n\n'));
    },
    cancel: () => {
      cancelled = true;
    },
  });
  for await (const { data } of sseMessages(body)) {
    expect(data).toBe('a');
    break;
  }
  expect(cancelled).toBe(true);
});
