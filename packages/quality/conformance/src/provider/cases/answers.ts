import assert from 'node:assert/strict';
import type { FinishReason, ModelRequest, TokenLogprob } from '@majordomo/core';
import type { Answer } from '@majordomo/testing/internal';
import { withBench, assertSent, chatRequest, succeeded } from '../bench.ts';
import type { Case, Harness } from '../harness.ts';

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
  withBench(
    harness,
    () => answer,
    async ({ generate, deliveries }) => {
      for (const delivery of deliveries()) {
        assert.equal(
          succeeded(await generate(chatRequest('hi'), { delivery })).finish,
          finish,
          `delivery ${delivery}`,
        );
      }
    },
  );

const LOGPROBS: readonly TokenLogprob[] = [
  { token: 'Yes', logprob: -0.25, top: [{ token: 'Yes', logprob: -0.25 }] },
  { token: '!', logprob: -1.5, top: [{ token: '.', logprob: -0.5 }] },
];

const checkLogprobs = (harness: Harness): Promise<void> =>
  withBench(
    harness,
    () => ({ parts: [{ type: 'text', text: 'Yes!', logprobs: LOGPROBS }] }),
    async ({ generate, deliveries }) => {
      const request = chatRequest('hi', { logprobs: 1 });
      for (const delivery of deliveries(request)) {
        const { events, warnings } = succeeded(await generate(request, { delivery }));
        if (warnings.some(({ what, why }) => /log.?prob/i.test(`${what} ${why}`))) continue;
        const finish = events.find((event) => event.type === 'finish');
        assert.deepEqual(finish?.logprobs, LOGPROBS, `delivery ${delivery}`);
      }
    },
  );

/** Cases of output schemas, usage and finish reasons. */
export const answerCases: readonly Case[] = [
  {
    name: 'the output schema is sent, and the text of the answer matches it',
    scenario: 'structured-output',
    run: (harness) =>
      withBench(
        harness,
        () => ({ parts: [{ type: 'text', text: '{"name":"Ada","age":36}' }] }),
        async ({ generate, deliveries, server }) => {
          for (const delivery of deliveries(person)) {
            const { text } = succeeded(await generate(person, { delivery }));
            assert.deepEqual(JSON.parse(text), { name: 'Ada', age: 36 });
          }
          assert.deepEqual(server.requests[0]?.request.output?.['properties'], PERSON.properties);
        },
      ),
  },
  {
    name: 'usage reports totals that include cache and reasoning tokens',
    scenario: 'usage',
    run: (harness) =>
      withBench(
        harness,
        () => ({
          parts: [{ type: 'text', text: 'ok' }],
          usage: { input: 100, output: 20, cacheRead: 60, cacheWrite: 10, reasoning: 7 },
        }),
        async ({ generate, deliveries }) => {
          for (const delivery of deliveries()) {
            const { usage } = succeeded(await generate(chatRequest('hi'), { delivery }));
            const { input, output, cacheRead, cacheWrite, reasoning } = usage ?? {};
            assert.deepEqual(
              { input, output, cacheRead, cacheWrite, reasoning },
              { input: 100, output: 20, cacheRead: 60, cacheWrite: 10, reasoning: 7 },
              `delivery ${delivery}`,
            );
          }
        },
      ),
  },
  {
    name: 'usage that the vendor omits is undefined, not zero',
    scenario: 'usage-missing',
    run: (harness) =>
      withBench(harness, [{ parts: [{ type: 'text', text: 'ok' }], usage: false }], async ({ generate }) => {
        const { usage } = succeeded(await generate());
        assert.deepEqual([usage?.input, usage?.output], [undefined, undefined]);
      }),
  },
  {
    name: 'an answer that the token limit cuts off finishes with length',
    scenario: 'length',
    run: (harness) =>
      checkFinish(harness, { parts: [{ type: 'text', text: 'Once up' }], finish: 'length' }, 'length'),
  },
  {
    name: 'a refusal in the vendor’s format finishes with refusal',
    scenario: 'refusal',
    run: (harness) =>
      checkFinish(harness, { parts: [{ type: 'refusal', text: 'I cannot help with that.' }] }, 'refusal'),
  },
  {
    name: 'the text of a refusal is marked as a refusal',
    scenario: 'refusal-mark',
    run: (harness) =>
      withBench(
        harness,
        () => ({ parts: [{ type: 'refusal', text: 'I cannot help with that.' }] }),
        async ({ generate, deliveries }) => {
          for (const delivery of deliveries()) {
            const { parts } = succeeded(await generate(chatRequest('hi'), { delivery }));
            const refusals = parts.map((part) => part.type === 'text' && [part.text, part.isRefusal]);
            assert.deepEqual(refusals, [['I cannot help with that.', true]], `delivery ${delivery}`);
          }
        },
      ),
  },
  {
    name: 'log probabilities are in the response, or a warning names them',
    scenario: 'logprobs',
    run: checkLogprobs,
  },
  {
    name: 'an answer that a content filter ends finishes with content-filter',
    scenario: 'content-filter',
    run: (harness) =>
      checkFinish(
        harness,
        { parts: [{ type: 'text', text: 'First, ' }], finish: 'content-filter' },
        'content-filter',
      ),
  },
  {
    name: 'an unknown finish reason becomes other, and rawFinish contains it',
    scenario: 'unknown-finish',
    run: (harness) =>
      withBench(
        harness,
        [{ parts: [{ type: 'text', text: 'ok' }], rawFinish: 'ran_dry' }],
        async ({ generate }) => {
          const { finish, rawFinish } = succeeded(await generate());
          assert.deepEqual([finish, rawFinish], ['other', 'ran_dry']);
        },
      ),
  },
  {
    name: 'the response names the model that the vendor reports',
    scenario: 'served-model',
    run: (harness) =>
      withBench(
        harness,
        () => ({ parts: [{ type: 'text', text: 'ok' }], model: 'served-2026-11-20' }),
        async ({ generate, deliveries }) => {
          for (const delivery of deliveries()) {
            const { model, vendor } = succeeded(await generate(chatRequest('hi'), { delivery }));
            assert.equal(model, 'served-2026-11-20', `delivery ${delivery}`);
            assert.ok(vendor?.wire, `delivery ${delivery}: the facts do not name the wire`);
          }
        },
      ),
  },
  {
    name: 'a stream with a finish reason and without an end marker is complete',
    scenario: 'finish-without-marker',
    run: (harness) =>
      withBench(
        harness,
        [{ parts: [{ type: 'text', text: 'ok' }], ends: 'finish' }],
        async ({ generate }) => {
          const { text, finish } = succeeded(await generate());
          assert.deepEqual([text, finish], ['ok', 'stop']);
        },
      ),
  },
  {
    name: 'an end marker without a finish reason finishes with other and a warning',
    scenario: 'marker-without-finish',
    run: (harness) =>
      withBench(
        harness,
        [{ parts: [{ type: 'text', text: 'ok' }], ends: 'marker' }],
        async ({ generate }) => {
          const { text, finish, warnings } = succeeded(await generate());
          assert.deepEqual([text, finish, warnings.length], ['ok', 'other', 1]);
        },
      ),
  },
  {
    name: 'an answer without content finishes without parts or fails with empty',
    scenario: 'empty',
    run: (harness) =>
      withBench(harness, [{ parts: [] }], async ({ generate, server }) => {
        const { error, parts, finish } = await generate();
        assert.deepEqual(parts, []);
        assert.ok(
          error === undefined ? finish === 'stop' : error.kind === 'empty',
          `${error?.kind ?? finish}`,
        );
        assertSent(server);
      }),
  },
];
