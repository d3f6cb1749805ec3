import assert from 'node:assert/strict';
import { refusedURL, seededRandom } from '@majordomo/testing';
import type { Fault } from '@majordomo/testing/internal';
import type { Step } from '../../script/step.ts';
import { createBench, failed, inEveryDelivery, KEY, succeeded, withBench } from '../bench.ts';
import type { Case, Harness } from '../harness.ts';

const TEXT = 'Eight characters per part.';

/** Asserts that, in every delivery, a fault causes only one request and an error of one of these kinds. */
const checkFault = (harness: Harness, fault: Fault, ...kinds: readonly string[]): Promise<void> =>
  inEveryDelivery(harness, fault, (result) => {
    failed(result, ...kinds);
    assert.equal(result.finish, undefined, 'an incomplete answer finished');
  });

/** Asserts that a slow response is read completely. */
const checkSlow = (harness: Harness, fault: Step): Promise<void> =>
  inEveryDelivery(harness, fault, (result) => {
    assert.equal(succeeded(result).text, TEXT);
  });

/** Asserts that a call fails if its response ends before the finish event, wherever the response is cut. */
async function checkEarlyEnd(harness: Harness): Promise<void> {
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
      assert.equal(succeeded(await generate()).text, TEXT, 'the finish reason was sent');
    },
  );
}

/** Cases of transport faults and of responses in an invalid format. */
export const faultCases: readonly Case[] = [
  {
    name: 'a body that ends cleanly before its finish fails with truncated at every position',
    scenario: 'end',
    run: checkEarlyEnd,
  },
  {
    name: 'a socket that closes in the middle of a response fails with network',
    scenario: 'cut',
    run: (harness) => checkFault(harness, { fault: 'cut' }, 'network', 'truncated'),
  },
  {
    name: 'a reset before the headers or in the middle of a response fails with network',
    scenario: 'reset',
    run: async (harness) => {
      await checkFault(harness, { fault: 'reset' }, 'network');
      await checkFault(harness, { fault: 'reset', at: { content: 1 } }, 'network', 'truncated');
    },
  },
  {
    name: 'a refused connection fails with network',
    scenario: 'refused',
    run: (harness) =>
      withBench(harness, [], async ({ server }) => {
        const baseURL = harness.wire.baseURL(await refusedURL());
        const provider = await harness.open({ baseURL, server: undefined, apiKey: KEY });
        failed(await createBench(harness, provider, server).generate(), 'network');
      }),
  },
  {
    name: 'invalid JSON fails with protocol in a stream and in a non-streaming response',
    scenario: 'bad-json',
    run: (harness) => checkFault(harness, { fault: 'bad-json' }, 'protocol'),
  },
  {
    name: "a gateway's HTML page is classified by its status",
    scenario: 'html',
    run: async (harness) => {
      await checkFault(harness, { fault: 'html' }, 'server');
      await checkFault(harness, { fault: 'html', status: 200 }, 'protocol');
    },
  },
  {
    name: 'an empty body with HTTP 200 is not an answer',
    scenario: 'empty-body',
    run: (harness) => checkFault(harness, { fault: 'empty' }, 'truncated', 'protocol', 'empty'),
  },
  {
    name: 'a content type that is neither JSON nor a stream fails with protocol',
    scenario: 'content-type',
    run: (harness) => checkFault(harness, { fault: 'content-type', value: 'text/plain' }, 'protocol'),
  },
  {
    name: 'an answer that arrives byte by byte is complete',
    scenario: 'trickle',
    run: (harness) => checkSlow(harness, { fault: 'trickle', bytes: 24, answer: TEXT }),
  },
  {
    name: 'an answer whose events arrive slowly is complete',
    scenario: 'slow',
    run: (harness) => checkSlow(harness, { fault: 'slow', everyMs: 5, answer: TEXT }),
  },
];
