import assert from 'node:assert/strict';
import { refusedURL, seededRandom } from '@majordomo/testing';
import type { Fault } from '@majordomo/testing/internal';
import type { Step } from '../../script/step.ts';
import { createBench, failed, inEveryDelivery, KEY, succeeded, withBench } from '../bench.ts';
import { type Case, type Harness, testCase } from '../harness.ts';

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
  testCase(
    'end',
    'a body that ends cleanly before its finish fails with truncated at every position',
    checkEarlyEnd,
  ),
  testCase('cut', 'a socket that closes in the middle of a response fails with network', (harness) =>
    checkFault(harness, { fault: 'cut' }, 'network', 'truncated'),
  ),
  testCase(
    'reset',
    'a reset before the headers or in the middle of a response fails with network',
    async (harness) => {
      await checkFault(harness, { fault: 'reset' }, 'network');
      await checkFault(harness, { fault: 'reset', at: { content: 1 } }, 'network', 'truncated');
    },
  ),
  testCase('refused', 'a refused connection fails with network', (harness) =>
    withBench(harness, [], async ({ server }) => {
      const baseURL = harness.wire.baseURL(await refusedURL());
      const provider = await harness.open({ baseURL, server: undefined, apiKey: KEY });
      failed(await createBench(harness, provider, server).generate(), 'network');
    }),
  ),
  testCase(
    'bad-json',
    'invalid JSON fails with protocol in a stream and in a non-streaming response',
    (harness) => checkFault(harness, { fault: 'bad-json' }, 'protocol'),
  ),
  testCase('html', "a gateway's HTML page is classified by its status", async (harness) => {
    await checkFault(harness, { fault: 'html' }, 'server');
    await checkFault(harness, { fault: 'html', status: 200 }, 'protocol');
  }),
  testCase('empty-body', 'an empty body with HTTP 200 is not an answer', (harness) =>
    checkFault(harness, { fault: 'empty' }, 'truncated', 'protocol', 'empty'),
  ),
  testCase(
    'content-type',
    'a content type that is neither JSON nor a stream fails with protocol',
    (harness) => checkFault(harness, { fault: 'content-type', value: 'text/plain' }, 'protocol'),
  ),
  testCase('trickle', 'an answer that arrives byte by byte is complete', (harness) =>
    checkSlow(harness, { fault: 'trickle', bytes: 24, answer: TEXT }),
  ),
  testCase('slow', 'an answer whose events arrive slowly is complete', (harness) =>
    checkSlow(harness, { fault: 'slow', everyMs: 5, answer: TEXT }),
  ),
];
