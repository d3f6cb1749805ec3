import type { LlmError, ModelContext } from '@majordomo/core';
import { afterEach, expect, it, vi } from 'vitest';
import { EventWriter } from '../src/event-writer.ts';
import { sdkStream, type WireReader } from '../src/sdk-stream.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('cancels a body that the server does not end after the last message', async () => {
  vi.useFakeTimers();
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode('data: last\n\n'));
    },
    cancel: () => {
      isCancelled = true;
    },
  });
  const reader: WireReader = {
    writer: new EventWriter('a/x', { collects: true }),
    done: false,
    readMessage: () => {
      Object.assign(reader, { done: true });
    },
    readBody: () => undefined,
    end: () => undefined,
  };
  const ended = (async () => {
    for await (const _batch of sdkStream({
      context: { target: 'a/x', signal: new AbortController().signal } as ModelContext,
      send: () => Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } })),
      reader,
      toLlmError: (error) => error as LlmError,
    }));
  })();
  await vi.advanceTimersByTimeAsync(999);
  expect(isCancelled).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(isCancelled).toBe(true);
  await ended;
  expect(vi.getTimerCount()).toBe(0);
});
