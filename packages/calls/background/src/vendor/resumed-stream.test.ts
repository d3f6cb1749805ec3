import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { ResumedStream } from './resumed-stream.ts';

it('closes a connection that the vendor opens after the consumer has cancelled the stream', async () => {
  let finishOpening: ((response: Response) => void) | undefined;
  const { response } = new ResumedStream({
    open: () =>
      new Promise((resolve) => {
        finishOpening = resolve;
      }),
    readEvent: () => ({ cursor: undefined, isLast: false }),
    target: 'p/m',
    clock: fakeClock(),
    signal: new AbortController().signal,
  });
  const reader = response.body?.getReader();
  const reading = reader?.read();
  await expect.poll(() => finishOpening).toBeDefined();
  await reader?.cancel();
  let isClosed = false;
  finishOpening?.(
    new Response(
      new ReadableStream({
        cancel: () => {
          isClosed = true;
        },
      }),
    ),
  );
  await reading;
  await expect.poll(() => isClosed).toBe(true);
});
