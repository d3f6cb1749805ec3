import assert from 'node:assert/strict';
import type { ModelEvent } from '@majordomo/core';
import { closedByClient, failed, onBench, only, say } from '../bench.ts';
import type { Case } from '../harness.ts';

const hasContent = (events: readonly ModelEvent[]): boolean =>
  events.some(({ type }) => type === 'text-delta');

/** Aborts and abandoned streams: the socket tells. */
export const abortCases: readonly Case[] = [
  {
    name: 'a signal that is already aborted sends nothing',
    scenario: 'abort-before',
    run: (harness) =>
      onBench(harness, ['never sent'], async ({ ask, deliveries, server }) => {
        for (const delivery of deliveries()) {
          failed(await ask(say('hi'), { delivery, signal: AbortSignal.abort() }), 'aborted');
        }
        assert.equal(server.requests.length, 0);
      }),
  },
  {
    name: 'an abort while the headers are awaited closes the socket',
    scenario: 'abort-headers',
    run: (harness) =>
      onBench(
        harness,
        () => ({ fault: 'late' }),
        async ({ ask, deliveries, server }) => {
          for (const [n, delivery] of deliveries().entries()) {
            const controller = new AbortController();
            const answered = ask(say('hi'), { delivery, signal: controller.signal });
            const exchange = await server.request(n);
            controller.abort();
            failed(await answered, 'aborted');
            await closedByClient(exchange);
          }
        },
      ),
  },
  {
    name: 'headers are a step, and an abort after them closes the socket',
    scenario: 'abort-body',
    run: (harness) =>
      onBench(harness, [{ fault: 'stall', at: { content: 0 } }], async ({ ask, server }) => {
        const controller = new AbortController();
        const onStep = (): undefined => {
          controller.abort();
        };
        failed(await ask(say('hi'), { signal: controller.signal, onStep }), 'aborted');
        await closedByClient(only(server));
      }),
  },
  {
    name: 'an abort after the first content closes the socket and keeps what came',
    scenario: 'abort-after-content',
    run: (harness) =>
      onBench(harness, [{ fault: 'stall' }], async ({ ask, server }) => {
        const controller = new AbortController();
        const onStep = (events: readonly ModelEvent[]): undefined => {
          if (!hasContent(events)) return;
          controller.abort();
        };
        const result = await ask(say('hi'), { signal: controller.signal, onStep });
        failed(result, 'aborted');
        assert.ok(hasContent(result.events));
        await closedByClient(only(server));
      }),
  },
  {
    name: 'a consumer that walks away closes the socket',
    scenario: 'abandon',
    run: (harness) =>
      onBench(harness, [{ fault: 'stall' }], async ({ ask, server }) => {
        await ask(say('hi'), {
          onStep: (events) => {
            if (!hasContent(events)) return undefined;
            return 'leave';
          },
        });
        await closedByClient(only(server));
      }),
  },
];
