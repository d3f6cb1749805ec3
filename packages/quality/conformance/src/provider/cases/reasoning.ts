import assert from 'node:assert/strict';
import { type AssistantPart, type ModelRequest, toolResult } from '@majordomo/core';
import type { AnswerPart } from '@majordomo/testing/internal';
import { withBench, assertSent, chatRequest, inEveryDelivery, succeeded } from '../bench.ts';
import { type Case, testCase } from '../harness.ts';
import { ADD } from './tools.ts';

const THOUGHT = 'The user wants a sum; I call the tool. 🧮';
const CALL: AnswerPart = { type: 'tool-call', name: 'add', json: '{"a":1,"b":2}' };

const thinking: ModelRequest = chatRequest('What is 1 + 2?', {
  tools: [ADD],
  reasoning: 'low',
  maxTokens: 8000,
});

/** Returns the next request of a tool loop, with the model's parts and the result of the tool call in these parts. */
function continued(parts: readonly AssistantPart[]): ModelRequest {
  const results = parts.flatMap((part) =>
    part.type === 'tool-call' ? [{ callId: part.id, name: part.name, content: '3' }] : [],
  );
  return { ...thinking, messages: [...thinking.messages, { role: 'assistant', parts }, toolResult(results)] };
}

/** Cases of reasoning and its replay data, including replay data of other model families. */
export const reasoningCases: readonly Case[] = [
  testCase('reasoning', 'reasoning is a separate part before the text', (harness) =>
    inEveryDelivery(
      harness,
      {
        parts: [
          { type: 'reasoning', text: THOUGHT },
          { type: 'text', text: 'Three.' },
        ],
      },
      (result) => {
        const { parts, finish } = succeeded(result);
        assert.deepEqual(
          parts.map((part) => [part.type, 'text' in part ? part.text : '']),
          [
            ['reasoning', THOUGHT],
            ['text', 'Three.'],
          ],
        );
        assert.equal(finish, 'stop');
      },
      thinking,
    ),
  ),
  testCase(
    'reasoning-replay',
    'reasoning of the first family of the model is sent back unchanged',
    (harness) =>
      withBench(
        harness,
        [{ parts: [{ type: 'reasoning', text: THOUGHT }, CALL] }, 'Three.'],
        async ({ generate, model, server }) => {
          const { parts } = succeeded(await generate(thinking));
          const [reasoning] = parts;
          assert.equal(
            reasoning?.type === 'reasoning' ? reasoning.replay?.family : undefined,
            model.families[0],
          );
          succeeded(await generate(continued(parts)));
          const [echoed] = assertSent(server, 2).request.reasoning;
          assert.equal(echoed?.text, THOUGHT);
          if (echoed.signature !== undefined) assert.equal(echoed.signature, harness.wire.sign(THOUGHT));
        },
      ),
  ),
  testCase('reasoning-redacted', 'encrypted reasoning has no text and is sent back unchanged', (harness) =>
    withBench(
      harness,
      [{ parts: [{ type: 'reasoning', text: THOUGHT, redacted: true }, CALL] }, 'Three.'],
      async ({ generate, server }) => {
        const { parts } = succeeded(await generate(thinking));
        const [reasoning] = parts;
        assert.equal(reasoning?.type === 'reasoning' ? reasoning.text : undefined, '');
        succeeded(await generate(continued(parts)));
        assert.equal(
          assertSent(server, 2).request.reasoning[0]?.text,
          THOUGHT,
          'the vendor cannot decrypt it',
        );
      },
    ),
  ),
  testCase('reasoning-foreign', 'reasoning of another family or without a token is not sent', (harness) =>
    withBench(harness, ['Three.', 'Three.'], async ({ generate, server }) => {
      const call = { type: 'tool-call' as const, id: 'call_1', name: 'add', args: { a: 1, b: 2 } };
      const foreign = { family: 'elsewhere', data: 'c2lnbmVkIGVsc2V3aGVyZQ==' };
      succeeded(await generate(continued([{ type: 'reasoning', text: THOUGHT, replay: foreign }, call])));
      assert.deepEqual(assertSent(server).request.reasoning, []);
      succeeded(await generate(continued([{ type: 'reasoning', text: THOUGHT }, call])));
      assert.deepEqual(assertSent(server, 2).request.reasoning, []);
    }),
  ),
];
