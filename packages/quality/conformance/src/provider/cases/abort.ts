import assert from 'node:assert/strict';
import type { ModelEvent } from '@majordomo/core';
import { waitForClientClose, failed, withBench, assertSent, chatRequest } from '../bench.ts';
import { type Case, testCase } from '../harness.ts';

const hasContent = (events: readonly ModelEvent[]): boolean =>
  events.some(({ type }) => type === 'text-delta');

/** Cases of aborted calls and of streams that the caller abandons. They check that the client closes the socket. */
export const abortCases: readonly Case[] = [
  testCase('abort-before', 'an aborted signal sends no request', (harness) =>
    withBench(harness, ['never sent'], async ({ generate, deliveries, server }) => {
      for (const delivery of deliveries()) {
        failed(await generate(chatRequest('hi'), { delivery, signal: AbortSignal.abort() }), 'aborted');
      }
      assert.equal(server.requests.length, 0);
    }),
  ),
  testCase('abort-headers', 'an abort before the response headers closes the socket', (harness) =>
    withBench(
      harness,
      () => ({ fault: 'late' }),
      async ({ generate, deliveries, server }) => {
        for (const [n, delivery] of deliveries().entries()) {
          const controller = new AbortController();
          const answered = generate(chatRequest('hi'), { delivery, signal: controller.signal });
          const exchange = await server.request(n);
          controller.abort();
          failed(await answered, 'aborted');
          await waitForClientClose(exchange);
        }
      },
    ),
  ),
  testCase('abort-body', 'an abort between the headers and the first content closes the socket', (harness) =>
    withBench(harness, [{ fault: 'stall', at: { content: 0 } }], async ({ generate, server }) => {
      const controller = new AbortController();
      const onStep = (): undefined => {
        controller.abort();
      };
      failed(await generate(chatRequest('hi'), { signal: controller.signal, onStep }), 'aborted');
      await waitForClientClose(assertSent(server));
    }),
  ),
  testCase(
    'abort-after-content',
    'an abort after the first content closes the socket and returns the received content',
    (harness) =>
      withBench(harness, [{ fault: 'stall' }], async ({ generate, server }) => {
        const controller = new AbortController();
        const onStep = (events: readonly ModelEvent[]): undefined => {
          if (!hasContent(events)) return;
          controller.abort();
        };
        const result = await generate(chatRequest('hi'), { signal: controller.signal, onStep });
        failed(result, 'aborted');
        assert.ok(hasContent(result.events));
        await waitForClientClose(assertSent(server));
      }),
  ),
  testCase('abandon', 'a consumer that stops reading closes the socket', (harness) =>
    withBench(harness, [{ fault: 'stall' }], async ({ generate, server }) => {
      await generate(chatRequest('hi'), {
        onStep: (events) => {
          if (!hasContent(events)) return undefined;
          return 'leave';
        },
      });
      await waitForClientClose(assertSent(server));
    }),
  ),
];
