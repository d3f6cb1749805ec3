import { readFileSync } from 'node:fs';
import { EventWriter } from '@majordomo/wire-kit';
import { expect, it } from 'vitest';
import { interfaceMembers } from '../../test/sdk-types.ts';
import { eventsOf } from '../../test/reading.ts';
import { responsesFacts } from './facts.ts';
import { KNOWN_MEMBERS } from './response-members.ts';
import { ResponsesReader } from './stream.ts';

const body = {
  id: 'resp_1',
  model: 'gpt-5.4-2026-03-05',
  status: 'completed',
  service_tier: 'priority',
  conversation: { id: 'conv_1' },
  temperature: 1,
  new_member: { a: 1 },
  usage: { input_tokens: 1, output_tokens: 1 },
  output: [{ type: 'message', content: [{ type: 'output_text', text: 'x' }] }],
};

const newReader = (): ResponsesReader =>
  new ResponsesReader({ writer: new EventWriter('p/m', { collects: true }), family: 'f' });

it('reads the model and the facts of a response, streamed or not', () => {
  const complete = newReader();
  complete.readBody(body);
  const streamed = newReader();
  streamed.readMessage(
    JSON.stringify({ type: 'response.created', response: { ...body, output: [] } }),
    undefined,
  );
  streamed.readMessage(JSON.stringify({ type: 'response.completed', response: body }), undefined);
  for (const reader of [complete, streamed]) {
    const { events, finish } = eventsOf(reader);
    expect(events[0]).toMatchObject({ type: 'start', model: body.model });
    expect(finish?.model).toBe(body.model);
    expect(responsesFacts({ vendor: finish?.vendor })).toEqual({
      wire: 'openai-responses',
      id: 'resp_1',
      serviceTier: 'priority',
      conversationId: 'conv_1',
      other: { new_member: { a: 1 } },
    });
  }
});

it('knows each member of a response in the SDK’s types, except those that belong to `other`', () => {
  const file = new URL(
    '../../../provider-openai/node_modules/openai/resources/responses/responses.d.ts',
    import.meta.url,
  );
  const members = interfaceMembers(readFileSync(file, 'utf8'), 'Response');
  const others = members.filter((name) => !KNOWN_MEMBERS.has(name));
  expect(others).toEqual(['access_programs', 'moderation', 'prompt_cache_diagnostics', 'tool_usage']);
});
