import assert from 'node:assert/strict';
import type { ModelEvent } from '@majordomo/core';
import { waitForClientClose, failed, withBench, assertSent, chatRequest } from '../bench.ts';
import type { Case } from '../harness.ts';

const hasContent = (events: readonly ModelEvent[]): boolean =>
  events.some(({ type }) => type === 'text-delta');

/** Cases of aborted calls and of streams that the caller abandons. They check that the client closes the socket. */
export const abortCases: readonly Case[] = [
  {
    name: 'an aborted signal sends no request',
    scenario: 'abort-before',
    run: (harness) =>
      withBench(harness, ['never sent'], async ({ generate, deliveries, server }) => {
        for (const delivery of deliveries()) {
          failed(await generate(chatRequest('hi'), { delivery, signal: AbortSignal.abort() }), 'aborted');
        }
        assert.equal(server.requests.length, 0);
      }),
  },
  {
    name: 'an abort before the response headers closes the socket',
    scenario: 'abort-headers',
    run: (harness) =>
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
  },
  {
    name: 'an abort between the headers and the first content closes the socket',
    scenario: 'abort-body',
    run: (harness) =>
      withBench(harness, [{ fault: 'stall', at: { content: 0 } }], async ({ generate, server }) => {
        const controller = new AbortController();
        const onStep = (): undefined => {
          controller.abort();
        };
        failed(await generate(chatRequest('hi'), { signal: controller.signal, onStep }), 'aborted');
        await waitForClientClose(assertSent(server));
      }),
  },
  {
    name: 'an abort after the first content closes the socket and returns the received content',
    scenario: 'abort-after-content',
    run: (harness) =>
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
  },
  {
    name: 'a consumer that stops reading closes the socket',
    scenario: 'abandon',
    run: (harness) =>
      withBench(harness, [{ fault: 'stall' }], async ({ generate, server }) => {
        await generate(chatRequest('hi'), {
          onStep: (events) => {
            if (!hasContent(events)) return undefined;
            return 'leave';
          },
        });
        await waitForClientClose(assertSent(server));
      }),
  },
];
