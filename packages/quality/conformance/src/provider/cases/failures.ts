import assert from 'node:assert/strict';
import { FAILURE_KINDS, type FailureName, type RetryAfter } from '@majordomo/testing/internal';
import { assertNoKey, failed, inEveryDelivery, KEY, withBench } from '../bench.ts';
import { type Case, type Harness, testCase } from '../harness.ts';

const names = Object.keys(FAILURE_KINDS) as FailureName[];

/** Asserts that, in every delivery, an HTTP failure causes only one request and an error with the failure's kind and status. */
async function checkFailure(harness: Harness, failure: FailureName): Promise<void> {
  const form = harness.wire.failures[failure];
  assert.ok(form, `${harness.wire.name} has no form for ${failure}`);
  await inEveryDelivery(harness, { failure }, (result) => {
    const { details } = failed(result, ...FAILURE_KINDS[failure]);
    assert.equal(details.status, form.status);
    assert.deepEqual(result.events, [], 'a failed request wrote events');
  });
}

const failureCase = (failure: FailureName): Case =>
  testCase(
    `failure-${failure}`,
    `the vendor error ${failure} becomes kind ${FAILURE_KINDS[failure].join(' or ')}`,
    (harness) => checkFailure(harness, failure),
  );

/** Returns the `retryAfterMs` of the errors of calls that the vendor rejects with these values. */
async function retryAfterMs(harness: Harness, values: readonly RetryAfter[]): Promise<readonly number[]> {
  const times: number[] = [];
  const script = values.map((retryAfter) => ({ failure: 'rate-limit', retryAfter }) as const);
  await withBench(harness, script, async ({ generate }) => {
    for (const value of values) {
      const { retryAfterMs: ms } = failed(await generate(), 'rate-limit').details;
      assert.ok(ms !== undefined, `no retryAfterMs for ${JSON.stringify(value)}`);
      times.push(ms);
    }
  });
  return times;
}

/** Cases of errors that vendors report with an HTTP status or in the body. */
export const failureCases: readonly Case[] = [
  ...names.map(failureCase),
  testCase('retry-after', 'Retry-After is read in milliseconds, seconds and as a date', async (harness) => {
    const date = new Date(Date.now() + 60_000);
    const [fromMs, fromSeconds, fromDate = 0] = await retryAfterMs(harness, [
      { ms: 1500 },
      { seconds: 7 },
      { date },
    ]);
    assert.deepEqual([fromMs, fromSeconds], [1500, 7000]);
    assert.ok(fromDate > 50_000 && fromDate <= 60_000, `${fromDate} ms for a date in 60 s`);
  }),
  testCase('request-id', "an error contains the vendor's request id", (harness) =>
    withBench(harness, [{ failure: 'server' }], async ({ generate }) => {
      assert.equal(failed(await generate(), 'server').details.requestId, 'req_test');
    }),
  ),
  testCase('secret', 'an error never contains the API key, even if the vendor repeats it', (harness) =>
    withBench(
      harness,
      [{ failure: 'auth', message: `Incorrect API key provided: ${KEY}` }],
      async ({ generate }) => {
        assertNoKey(failed(await generate(), 'auth'));
      },
    ),
  ),
  testCase(
    'in-band-before-content',
    'an error in an HTTP 200 response before content has its kind',
    (harness) =>
      inEveryDelivery(harness, { fault: 'in-band', failure: { failure: 'rate-limit' } }, (result) => {
        failed(result, 'rate-limit');
        assert.deepEqual(result.parts, []);
      }),
  ),
  testCase(
    'in-band-mid-stream',
    'an error in the middle of a stream has its kind and follows the received content',
    (harness) =>
      withBench(
        harness,
        () => ({ fault: 'in-band', failure: { failure: 'overloaded' }, at: { content: 2 } }),
        async ({ generate }) => {
          const result = await generate();
          failed(result, 'overloaded', 'server');
          assert.ok(
            result.events.some(({ type }) => type === 'text-delta'),
            'the text before the failure is lost',
          );
        },
      ),
  ),
];
