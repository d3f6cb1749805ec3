import assert from 'node:assert/strict';
import { refusedURL, seededRandom } from '@majordomo/testing';
import type { Fault, Step } from '../../script/step.ts';
import { createBench, failed, KEY, withBench, chatRequest, succeeded } from '../bench.ts';
import type { Case, Harness } from '../harness.ts';

const TEXT = 'Eight characters a piece.';

/** A fault, in every delivery: one of these kinds, from one request. */
const breaks = (harness: Harness, fault: Fault, ...kinds: readonly string[]): Promise<void> =>
  withBench(
    harness,
    () => fault,
    async ({ generate, deliveries, server }) => {
      for (const delivery of deliveries()) {
        const sent = server.requests.length;
        const result = await generate(chatRequest('hi'), { delivery });
        failed(result, ...kinds);
        assert.equal(result.finish, undefined, 'a broken answer finished');
        assert.equal(server.requests.length - sent, 1, 'the provider sent the request again by itself');
      }
    },
  );

/** Nothing is wrong but the pace. */
const survives = (harness: Harness, fault: Step): Promise<void> =>
  withBench(
    harness,
    () => fault,
    async ({ generate, deliveries, server }) => {
      for (const delivery of deliveries()) {
        assert.equal(succeeded(await generate(chatRequest('hi'), { delivery })).text, TEXT);
      }
      assert.equal(server.requests.length, new Set(deliveries()).size);
    },
  );

/** Cut at every event and at some bytes before the finish: never a success. */
async function endsEarly(harness: Harness): Promise<void> {
  let at: Extract<Fault, { fault: 'end' }>['at'] = { events: 0 };
  await withBench(
    harness,
    () => ({ fault: 'end', answer: TEXT, at }),
    async ({ generate, server }) => {
      failed(await generate(), 'truncated');
      const { request } = server.requests[0] ?? assert.fail('no request');
      const frames = harness.wire.stream(TEXT, request);
      const finish = frames.findIndex(({ kind }) => kind === 'finish');
      for (let events = 1; events <= finish; events++) {
        at = { events };
        failed(await generate(), 'truncated');
      }
      const length = frames.slice(0, finish).reduce((sum, { bytes }) => sum + bytes.length, 0);
      const random = seededRandom(11);
      for (let n = 0; n < 8; n++) {
        at = { bytes: 1 + Math.floor(random() * length) };
        failed(await generate(), 'truncated');
      }
      at = { events: finish + 1 };
      assert.equal(succeeded(await generate()).text, TEXT, 'the finish reason was there');
    },
  );
}

/** What breaks below the vendor's own words. */
export const faultCases: readonly Case[] = [
  {
    name: 'a body that ends cleanly before its finish is truncated, wherever it ends',
    scenario: 'end',
    run: endsEarly,
  },
  {
    name: 'a socket that closes in the middle is a network failure',
    scenario: 'cut',
    run: (harness) => breaks(harness, { fault: 'cut' }, 'network', 'truncated'),
  },
  {
    name: 'a reset before the headers and in the middle is a network failure',
    scenario: 'reset',
    run: async (harness) => {
      await breaks(harness, { fault: 'reset' }, 'network');
      await breaks(harness, { fault: 'reset', at: { content: 1 } }, 'network', 'truncated');
    },
  },
  {
    name: 'a refused connection is a network failure',
    scenario: 'refused',
    run: (harness) =>
      withBench(harness, [], async ({ server }) => {
        const baseURL = harness.wire.baseURL(await refusedURL());
        const provider = await harness.open({ baseURL, server: undefined, apiKey: KEY });
        failed(await createBench(harness, provider, server).generate(), 'network');
      }),
  },
  {
    name: 'broken JSON is a protocol failure, in a stream and whole',
    scenario: 'bad-json',
    run: (harness) => breaks(harness, { fault: 'bad-json' }, 'protocol'),
  },
  {
    name: "a gateway's HTML page is classified by its status",
    scenario: 'html',
    run: async (harness) => {
      await breaks(harness, { fault: 'html' }, 'server');
      await breaks(harness, { fault: 'html', status: 200 }, 'protocol');
    },
  },
  {
    name: 'HTTP 200 with an empty body is not an answer',
    scenario: 'empty-body',
    run: (harness) => breaks(harness, { fault: 'empty' }, 'truncated', 'protocol', 'empty'),
  },
  {
    name: 'a body under a type that is neither JSON nor a stream is a protocol failure',
    scenario: 'content-type',
    run: (harness) => breaks(harness, { fault: 'content-type', value: 'text/plain' }, 'protocol'),
  },
  {
    name: 'an answer that trickles in byte by byte is an answer',
    scenario: 'trickle',
    run: (harness) => survives(harness, { fault: 'trickle', bytes: 24, answer: TEXT }),
  },
  {
    name: 'an answer whose events come slowly is an answer',
    scenario: 'slow',
    run: (harness) => survives(harness, { fault: 'slow', everyMs: 5, answer: TEXT }),
  },
];
