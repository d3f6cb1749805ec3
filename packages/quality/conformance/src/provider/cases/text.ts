import assert from 'node:assert/strict';
import type { Collected } from '@majordomo/testing';
import type { Answer, Split } from '@majordomo/testing/internal';
import { withBench, assertSent, chatRequest, succeeded } from '../bench.ts';
import { type Case, testCase } from '../harness.ts';

/** Text with characters of one to four bytes in UTF-8, an emoji of several code points, and a line feed. */
const UNICODE = 'a é ж 世 🌍 👩‍👩‍👧\nß';

const TEXT = `All kinds of characters: ${UNICODE}`;

/** Short answer, for a server that writes a few bytes at a time. */
const SHORT: Answer = { parts: [{ type: 'text', text: TEXT }] };

const FULL: Answer = {
  id: 'full',
  parts: [
    { type: 'text', text: TEXT },
    { type: 'tool-call', name: 'add', json: '{"a":1,"b":[2,{"c":"ü"}]}' },
    { type: 'tool-call', name: 'noop', json: '{}' },
  ],
  usage: { input: 30, output: 9, cacheRead: 10, reasoning: 4 },
};

const SPLITS: readonly (readonly [Split, newline: '\n' | '\r\n'])[] = [
  [16, '\n'],
  ['event', '\r\n'],
  [{ seed: 2, most: 32 }, '\n'],
  [{ seed: 3, most: 64 }, '\r\n'],
];

/** Returns the fields of a result that must be equal in every delivery. */
const comparable = ({ parts, finish, rawFinish, usage, id }: Collected): object => ({
  parts,
  finish,
  rawFinish,
  usage,
  id,
});

/** Cases of text that arrives in chunks of different sizes. */
export const textCases: readonly Case[] = [
  testCase('text', 'a text is complete and in order after one request', (harness) =>
    withBench(harness, ['Hello, world.'], async ({ generate, server, target }) => {
      const result = succeeded(await generate());
      assert.equal(result.text, 'Hello, world.');
      assert.equal(result.finish, 'stop');
      assert.ok(result.rawFinish, 'rawFinish is missing');
      assert.ok(result.id, "the vendor's response id is missing");
      assert.deepEqual(result.warnings, []);
      const [first] = result.events;
      assert.equal(first?.type === 'start' ? first.target : undefined, target);
      assert.equal(assertSent(server).model, harness.model);
    }),
  ),
  testCase(
    'unicode-split',
    'a stream returns the same answer for every split of its bytes',
    async (harness) => {
      // Writes of 1 to 3 bytes also split UTF-8 characters and CRLFs.
      await withBench(
        harness,
        [SHORT],
        async ({ generate }) => {
          assert.equal(succeeded(await generate()).text, TEXT, 'up to 3 bytes per write');
        },
        { split: { seed: 1, most: 3 }, framing: { newline: '\r\n' } },
      );
      for (const [split, newline] of SPLITS) {
        const check = `split ${JSON.stringify(split)}, line end ${JSON.stringify(newline)}`;
        await withBench(
          harness,
          [FULL],
          async ({ generate }) => {
            const result = succeeded(await generate());
            assert.equal(result.text, TEXT, check);
            assert.deepEqual(result.toolCalls[0]?.args, { a: 1, b: [2, { c: 'ü' }] }, check);
          },
          { split, framing: { newline } },
        );
      }
    },
  ),
  testCase('stream-noise', 'comments and pings between events change nothing', (harness) =>
    withBench(
      harness,
      ['Hello, world.'],
      async ({ generate }) => {
        const result = succeeded(await generate());
        assert.equal(result.text, 'Hello, world.');
        assert.deepEqual(result.warnings, []);
      },
      { framing: { noise: true }, split: 'event' },
    ),
  ),
  testCase(
    'non-streaming-equals-deltas',
    'a non-streaming call and a stream return the same response',
    (harness) =>
      withBench(
        harness,
        // A function answers any number of requests.
        () => FULL,
        async ({ generate, deliveries, server }) => {
          const streamed = succeeded(await generate());
          for (const delivery of deliveries()) {
            const result = succeeded(await generate(chatRequest('hi'), { delivery }));
            assert.deepEqual(comparable(result), comparable(streamed), `delivery ${delivery}`);
            assert.equal(server.requests.at(-1)?.request.streamed, delivery === 'deltas');
          }
        },
      ),
  ),
];
