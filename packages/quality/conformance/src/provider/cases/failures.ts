import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { FAILURE_KINDS, type FailureName, type RetryAfter } from '../../wires/failure.ts';
import { failed, KEY, withBench, chatRequest } from '../bench.ts';
import type { Case, Harness } from '../harness.ts';

const names = Object.keys(FAILURE_KINDS) as FailureName[];

/** Asserts that, in every delivery, an HTTP failure causes only one request and an error with the failure's kind and status. */
async function checkFailure(harness: Harness, failure: FailureName): Promise<void> {
  const form = harness.wire.failures[failure];
  assert.ok(form, `${harness.wire.name} has no form for ${failure}`);
  await withBench(
    harness,
    () => ({ failure }),
    async ({ generate, deliveries, server }) => {
      for (const delivery of deliveries()) {
        const sent = server.requests.length;
        const result = await generate(chatRequest('hi'), { delivery });
        const { details } = failed(result, ...FAILURE_KINDS[failure]);
        assert.equal(details.status, form.status);
        assert.deepEqual(result.events, [], 'a failed request wrote events');
        assert.equal(server.requests.length - sent, 1, 'the provider repeated the request');
      }
    },
  );
}

const failureCase = (failure: FailureName): Case => ({
  name: `the vendor error ${failure} becomes kind ${FAILURE_KINDS[failure].join(' or ')}`,
  scenario: `failure-${failure}`,
  run: (harness) => checkFailure(harness, failure),
});

async function retryAfter(harness: Harness, given: RetryAfter): Promise<number> {
  let ms: number | undefined;
  await withBench(harness, [{ failure: 'rate-limit', retryAfter: given }], async ({ generate }) => {
    ms = failed(await generate(), 'rate-limit').details.retryAfterMs;
  });
  assert.ok(ms !== undefined, `no retryAfterMs for ${JSON.stringify(given)}`);
  return ms;
}

/** Cases of errors that vendors report with an HTTP status or in the body. */
export const failureCases: readonly Case[] = [
  ...names.map(failureCase),
  {
    name: 'Retry-After is read in milliseconds, seconds and as a date',
    scenario: 'retry-after',
    run: async (harness) => {
      assert.equal(await retryAfter(harness, { ms: 1500 }), 1500);
      assert.equal(await retryAfter(harness, { seconds: 7 }), 7000);
      const ms = await retryAfter(harness, { date: new Date(Date.now() + 60_000) });
      assert.ok(ms > 50_000 && ms <= 60_000, `${ms} ms for a date in 60 s`);
    },
  },
  {
    name: "an error contains the vendor's request id",
    scenario: 'request-id',
    run: (harness) =>
      withBench(harness, [{ failure: 'server' }], async ({ generate }) => {
        assert.equal(failed(await generate(), 'server').details.requestId, 'req_test');
      }),
  },
  {
    name: 'an error never contains the API key, even if the vendor repeats it',
    scenario: 'secret',
    run: (harness) =>
      withBench(
        harness,
        [{ failure: 'auth', message: `Incorrect API key provided: ${KEY}` }],
        async ({ generate }) => {
          const error = failed(await generate(), 'auth');
          const shown = `${inspect(error, { depth: 10, showHidden: true, customInspect: false })} ${JSON.stringify(error)} ${error.stack}`;
          assert.ok(!shown.includes(KEY), 'the error contains the API key');
        },
      ),
  },
  {
    name: 'an error in an HTTP 200 response before content has its kind',
    scenario: 'in-band-before-content',
    run: (harness) =>
      withBench(
        harness,
        () => ({ fault: 'in-band', failure: { failure: 'rate-limit' } }),
        async ({ generate, deliveries, server }) => {
          for (const delivery of deliveries()) {
            const sent = server.requests.length;
            const result = await generate(chatRequest('hi'), { delivery });
            failed(result, 'rate-limit');
            assert.deepEqual(result.parts, []);
            assert.equal(server.requests.length - sent, 1);
          }
        },
      ),
  },
  {
    name: 'an error in the middle of a stream has its kind and follows the received content',
    scenario: 'in-band-mid-stream',
    run: (harness) =>
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
  },
];
