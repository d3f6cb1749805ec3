import assert from 'node:assert/strict';
import { type ChatRequest, type Message, toolResult, user } from '@majordomo/core';
import type { Script } from '../../server/server.ts';
import type { Case, Harness } from '../harness.ts';
import { onTarget } from './target.ts';

async function dropsParameter(harness: Harness): Promise<void> {
  const script: Script = ({ body }) =>
    JSON.stringify(body).includes('"temperature"') ? { failure: 'parameter' } : 'Warm enough.';
  await onTarget(harness, script, async (ask, server) => {
    const request = { messages: [user('hi')], temperature: 0.5 };
    const { text, attempts, warnings } = await ask(request);
    assert.equal(text, 'Warm enough.');
    assert.equal(attempts.at(-1)?.outcome, 'finished', 'the only attempt was not outside the count');
    assert.ok(
      warnings.some(({ what }) => what.includes('temperature')),
      'nothing tells that temperature was dropped',
    );
    // A provider that knows the model does not ask first.
    if (server.requests.length === 1) return;
    assert.equal(server.requests.length, 2);
    await ask(request);
    assert.equal(server.requests.length, 3, 'what the target refuses is not remembered');
  });
}

const ADD = { name: 'add', description: 'Adds.', parameters: { type: 'object', properties: {} } };

async function dropsAlteredReasoning(harness: Harness): Promise<void> {
  const first = {
    parts: [
      { type: 'reasoning', text: 'One tool will do.' },
      { type: 'tool-call', name: 'add', json: '{}' },
    ],
  } as const;
  await onTarget(
    harness,
    (_exchange, n) => (n === 0 ? first : 'Three.'),
    async (ask, server) => {
      const request: ChatRequest = {
        messages: [user('1 + 2?')],
        tools: [ADD],
        reasoning: 'low',
        maxTokens: 8000,
      };
      const { parts, toolCalls } = await ask(request);
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
      const { text, warnings } = await ask({ ...request, messages });
      assert.equal(text, 'Three.');
      assert.ok(warnings.length > 0, 'nothing tells that reasoning was dropped');
      assert.deepEqual(
        server.requests.map(({ violations }) => violations.map(({ rule }) => rule)),
        [[], ['signature'], []],
      );
    },
  );
}

/** A refused request that a provider knows how to change. */
export const recoveryCases: readonly Case[] = [
  {
    name: 'a parameter that the model refuses is dropped, said and remembered',
    scenario: 'chain-recover-parameter',
    run: dropsParameter,
  },
  {
    name: 'reasoning whose signature no longer fits is dropped, and the call goes on',
    scenario: 'chain-recover-signature',
    run: dropsAlteredReasoning,
  },
];
