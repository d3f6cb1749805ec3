import { createMajordomo, toolResult, user } from '@majordomo/core';
import { asList, asRecord } from '@majordomo/core/toolkit';
import { inTurn, streams, testServer } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { PROFILE_SIDES } from '../src/profiles.ts';
import { fixtureOf } from '../src/sdk-types/fixture.ts';
import { typesIn } from '../src/sdk-types/program.ts';
import { SDK_WIRES } from '../src/sdk-types/wires.ts';

/** Members that vendors add to messages and calls, and a member that no vendor has. */
const ADDED = {
  reasoning: 'Rome is in Italy.',
  reasoning_content: 'Rome is in Italy.',
  reasoning_details: [{ type: 'reasoning.text', text: 'Rome is in Italy.', signature: 'c2ln', index: 0 }],
  annotations: [{ type: 'url_citation', url_citation: { url: 'https://a.example', title: 'A' } }],
  audio: { id: 'audio_1', data: 'AAAA', transcript: 'Rome', expires_at: 7 },
  images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }],
  executed_tools: [{ index: 0, type: 'search', arguments: '{}', output: 'found' }],
  prefix: true,
  name: 'someone',
  plan: { known: 'a' },
  member_of_2027: { known: 'a' },
};

/** Returns a chunk with each member of the SDK's type and the added members, and with arguments that can be parsed. */
function chunkWithEveryMember(): object {
  const wire = SDK_WIRES.find(({ name }) => name === 'openai, Chat Completions');
  if (wire?.chunk === undefined) throw new Error('Chat Completions has no type of chunks');
  const { checker, find } = typesIn([wire.chunk.file]);
  const chunk = asRecord(fixtureOf(checker, find(wire.chunk), wire.values).value);
  const [choice] = asList(chunk['choices']).map(asRecord);
  const delta = asRecord(choice?.['delta']);
  const [call] = asList(delta['tool_calls']).map(asRecord);
  const called = { name: 'weather', arguments: '{"city":"Rome"}' };
  const tool_calls = [{ ...call, ...ADDED, id: 'call_1', type: 'function', index: 0, function: called }];
  const choices = [
    { ...choice, index: 0, finish_reason: 'tool_calls', delta: { ...ADDED, ...delta, tool_calls } },
  ];
  return { ...chunk, ...ADDED, choices };
}

const LAST = {
  id: '1',
  object: 'chat.completion.chunk',
  model: 'm',
  choices: [{ index: 0, delta: { content: 'Sunny.' }, finish_reason: 'stop' }],
};

describe('a turn with every member is continued', () => {
  const first = chunkWithEveryMember();
  const sides = PROFILE_SIDES.filter(([, { wire }]) => wire.name === 'openai-chat');
  const tools = [
    {
      name: 'weather',
      description: 'Weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } } },
    },
  ];

  it.each(sides)(
    'by %s without a member that its vendor rejects',
    async (_name, { wire, model: id, provider }) => {
      await using server = await testServer(inTurn(streams(first), streams(LAST)));
      const model = createMajordomo({ providers: [provider('vendor', wire.baseURL(server.origin))] }).model(
        `vendor/${id}`,
      );
      const { message, toolCalls } = await model
        .stream({ messages: [user('Weather?')], tools, maxTokens: 100 })
        .response();
      const results = toolCalls.map(({ id: callId, name }) => ({ callId, name, content: 'sunny' }));
      const messages = [user('Weather?'), message, toolResult(results)];
      const { text } = await model.stream({ messages, tools, maxTokens: 100 }).response();
      expect(text).toBe('Sunny.');
      expect(wire.validate(server.requests[1]?.body)).toEqual([]);
    },
  );
});
