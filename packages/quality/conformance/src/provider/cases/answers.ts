import assert from 'node:assert/strict';
import type { FinishReason, ModelRequest, TokenLogprob } from '@majordomo/core';
import type { Answer } from '@majordomo/testing/internal';
import { withBench, assertSent, chatRequest, inEveryDelivery, succeeded } from '../bench.ts';
import { type Case, type Harness, testCase } from '../harness.ts';

const PERSON = {
  type: 'object',
  properties: {
    name: { type: 'string', description: 'Full name' },
    age: { type: 'integer', description: 'In years' },
  },
  required: ['name', 'age'],
  additionalProperties: false,
};

const person: ModelRequest = chatRequest('Who?', { output: { name: 'person', schema: PERSON } });

/** Asserts that an answer has this finish reason in every delivery. */
const checkFinish = (harness: Harness, answer: Answer, finish: FinishReason): Promise<void> =>
  inEveryDelivery(harness, answer, (result) => {
    assert.equal(succeeded(result).finish, finish);
  });

const REFUSAL: Answer = { parts: [{ type: 'refusal', text: 'I cannot help with that.' }] };

const USAGE = { input: 100, output: 20, cacheRead: 60, cacheWrite: 10, reasoning: 7 };

const LOGPROBS: readonly TokenLogprob[] = [
  { token: 'Yes', logprob: -0.25, top: [{ token: 'Yes', logprob: -0.25 }] },
  { token: '!', logprob: -1.5, top: [{ token: '.', logprob: -0.5 }] },
];

const checkLogprobs = (harness: Harness): Promise<void> =>
  inEveryDelivery(
    harness,
    { parts: [{ type: 'text', text: 'Yes!', logprobs: LOGPROBS }] },
    (result) => {
      const { events, warnings } = succeeded(result);
      if (warnings.some(({ what, why }) => /log.?prob/i.test(`${what} ${why}`))) return;
      const finish = events.find((event) => event.type === 'finish');
      assert.deepEqual(finish?.logprobs, LOGPROBS);
    },
    chatRequest('hi', { logprobs: 1 }),
  );

/** Cases of output schemas, usage and finish reasons. */
export const answerCases: readonly Case[] = [
  testCase(
    'structured-output',
    'the output schema is sent, and the text of the answer matches it',
    (harness) =>
      inEveryDelivery(
        harness,
        '{"name":"Ada","age":36}',
        (result, { server }) => {
          assert.deepEqual(JSON.parse(succeeded(result).text), { name: 'Ada', age: 36 });
          assert.deepEqual(server.requests.at(-1)?.request.output?.['properties'], PERSON.properties);
        },
        person,
      ),
  ),
  testCase('usage', 'usage reports totals that include cache and reasoning tokens', (harness) =>
    inEveryDelivery(harness, { parts: [{ type: 'text', text: 'ok' }], usage: USAGE }, (result) => {
      const { input, output, cacheRead, cacheWrite, reasoning } = succeeded(result).usage ?? {};
      assert.deepEqual({ input, output, cacheRead, cacheWrite, reasoning }, USAGE);
    }),
  ),
  testCase('usage-missing', 'usage that the vendor omits is undefined, not zero', (harness) =>
    withBench(harness, [{ parts: [{ type: 'text', text: 'ok' }], usage: false }], async ({ generate }) => {
      const { usage } = succeeded(await generate());
      assert.deepEqual([usage?.input, usage?.output], [undefined, undefined]);
    }),
  ),
  testCase('length', 'an answer that the token limit cuts off finishes with length', (harness) =>
    checkFinish(harness, { parts: [{ type: 'text', text: 'Once up' }], finish: 'length' }, 'length'),
  ),
  testCase('refusal', 'a refusal in the vendor’s format finishes with refusal', (harness) =>
    checkFinish(harness, REFUSAL, 'refusal'),
  ),
  testCase('refusal-mark', 'the text of a refusal is marked as a refusal', (harness) =>
    inEveryDelivery(harness, REFUSAL, (result) => {
      const refusals = succeeded(result).parts.map(
        (part) => part.type === 'text' && [part.text, part.isRefusal],
      );
      assert.deepEqual(refusals, [['I cannot help with that.', true]]);
    }),
  ),
  testCase('logprobs', 'log probabilities are in the response, or a warning names them', checkLogprobs),
  testCase('content-filter', 'an answer that a content filter ends finishes with content-filter', (harness) =>
    checkFinish(
      harness,
      { parts: [{ type: 'text', text: 'First, ' }], finish: 'content-filter' },
      'content-filter',
    ),
  ),
  testCase('unknown-finish', 'an unknown finish reason becomes other, and rawFinish contains it', (harness) =>
    withBench(
      harness,
      [{ parts: [{ type: 'text', text: 'ok' }], rawFinish: 'ran_dry' }],
      async ({ generate }) => {
        const { finish, rawFinish } = succeeded(await generate());
        assert.deepEqual([finish, rawFinish], ['other', 'ran_dry']);
      },
    ),
  ),
  testCase('served-model', 'the response names the model that the vendor reports', (harness) =>
    inEveryDelivery(
      harness,
      { parts: [{ type: 'text', text: 'ok' }], model: 'served-2026-11-20' },
      (result) => {
        const { model, vendor } = succeeded(result);
        assert.equal(model, 'served-2026-11-20');
        assert.ok(vendor?.wire, 'the facts do not name the wire');
      },
    ),
  ),
  testCase(
    'finish-without-marker',
    'a stream with a finish reason and without an end marker is complete',
    (harness) =>
      withBench(
        harness,
        [{ parts: [{ type: 'text', text: 'ok' }], ends: 'finish' }],
        async ({ generate }) => {
          const { text, finish } = succeeded(await generate());
          assert.deepEqual([text, finish], ['ok', 'stop']);
        },
      ),
  ),
  testCase(
    'marker-without-finish',
    'an end marker without a finish reason finishes with other and a warning',
    (harness) =>
      withBench(
        harness,
        [{ parts: [{ type: 'text', text: 'ok' }], ends: 'marker' }],
        async ({ generate }) => {
          const { text, finish, warnings } = succeeded(await generate());
          assert.deepEqual([text, finish, warnings.length], ['ok', 'other', 1]);
        },
      ),
  ),
  testCase('empty', 'an answer without content finishes without parts or fails with empty', (harness) =>
    withBench(harness, [{ parts: [] }], async ({ generate, server }) => {
      const { error, parts, finish } = await generate();
      assert.deepEqual(parts, []);
      assert.ok(error === undefined ? finish === 'stop' : error.kind === 'empty', `${error?.kind ?? finish}`);
      assertSent(server);
    }),
  ),
];
