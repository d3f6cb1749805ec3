import assert from 'node:assert/strict';
import { type ChatRequest, type Message, toolResult, user } from '@majordomo/core';
import type { Script } from '../../server/server.ts';
import { type Case, type Harness, testCase } from '../harness.ts';
import { onTarget } from '../bench.ts';

async function checkParameterDropped(harness: Harness): Promise<void> {
  const script: Script = ({ body }) =>
    JSON.stringify(body).includes('"temperature"') ? { failure: 'parameter' } : 'Warm enough.';
  await onTarget(harness, script, async (generate, server) => {
    const request = { messages: [user('hi')], temperature: 0.5 };
    const { text, attempts, warnings } = await generate(request);
    assert.equal(text, 'Warm enough.');
    assert.equal(attempts.at(-1)?.outcome, 'finished', 'the repeated request counted as an attempt');
    assert.ok(
      warnings.some(({ what }) => what.includes('temperature')),
      'no warning reports that temperature was dropped',
    );
    // A provider with a rule for the model drops the parameter before the first request.
    if (server.requests.length === 1) return;
    assert.equal(server.requests.length, 2);
    await generate(request);
    assert.equal(server.requests.length, 3, 'the rejected parameter was sent again');
  });
}

const ADD = { name: 'add', description: 'Adds.', parameters: { type: 'object', properties: {} } };

async function checkReasoningDropped(harness: Harness): Promise<void> {
  const first = {
    parts: [
      { type: 'reasoning', text: 'One tool will do.' },
      { type: 'tool-call', name: 'add', json: '{}' },
    ],
  } as const;
  await onTarget(
    harness,
    (_exchange, n) => (n === 0 ? first : 'Three.'),
    async (generate, server) => {
      const request: ChatRequest = {
        messages: [user('1 + 2?')],
        tools: [ADD],
        reasoning: 'low',
        maxTokens: 8000,
      };
      const { parts, toolCalls } = await generate(request);
      const [call] = toolCalls;
      assert.ok(call);
      const altered = parts.map((part) =>
        part.type === 'reasoning' ? { ...part, text: 'Two will do.' } : part,
      );
      const messages: Message[] = [
        ...request.messages,
        { role: 'assistant', parts: altered },
        toolResult({ callId: call.id, name: 'add', content: '3' }),
      ];
      const { text, warnings } = await generate({ ...request, messages });
      assert.equal(text, 'Three.');
      assert.ok(
        warnings.some(({ what }) => /reasoning|thinking/.test(what)),
        'no warning reports that reasoning was dropped',
      );
      assert.deepEqual(
        server.requests.map(({ violations }) => violations.map(({ rule }) => rule)),
        [[], ['signature'], []],
      );
    },
  );
}

/** Cases of rejected requests that a provider can repeat with a change. */
export const recoveryCases: readonly Case[] = [
  testCase(
    'chain-recover-parameter',
    'a parameter that the model rejects is dropped with a warning, and later calls omit it',
    checkParameterDropped,
  ),
  testCase(
    'chain-recover-signature',
    'reasoning with a rejected signature is dropped, and the call continues',
    checkReasoningDropped,
  ),
];
