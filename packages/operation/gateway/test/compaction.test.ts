import { memoryRecords } from '@majordomo/records';
import OpenAI, { APIError } from 'openai';
import { describe, expect, it } from 'vitest';
import { openaiClient } from './support/clients.ts';
import { startGateway } from './support/test-gateway.ts';

const SUMMARY = 'Facts to keep: the code of the door is 4711.';
const CONVERSATION: OpenAI.Responses.ResponseInput = [
  { role: 'user', content: 'Remember the code of the door.' },
  { role: 'assistant', content: 'The code is 4711.' },
  { role: 'user', content: 'Thanks.' },
];

/** Returns the error with which the gateway refuses a request. */
const refusal = async (request: Promise<unknown>): Promise<unknown> =>
  request.then(
    () => undefined,
    (error: unknown) => (error instanceof APIError ? error.error : error),
  );

describe('a compaction', () => {
  it('contains the user messages and a summary that a model of another vendor reads', async () => {
    await using testGateway = await startGateway({ openai: [SUMMARY], anthropic: ['It is 4711.'] });
    const { responses } = openaiClient(testGateway);
    const compacted = await responses.compact({ model: 'gpt', input: CONVERSATION });
    expect(compacted.object).toBe('response.compaction');
    expect(compacted.output.map(({ type }) => type)).toEqual(['message', 'message', 'compaction']);
    expect(compacted.usage.output_tokens).toBeGreaterThan(0);
    const [summarized] = testGateway.openai.requests;
    expect(JSON.stringify(summarized?.body)).toContain('The code is 4711.');

    const input = [
      ...(compacted.output as OpenAI.Responses.ResponseInput),
      { role: 'user' as const, content: 'What is the code?' },
    ];
    const answer = await responses.create({ model: 'claude', input });
    expect(answer.output_text).toBe('It is 4711.');
    const sent = JSON.stringify(testGateway.anthropic.requests[0]?.body);
    expect(sent).toContain(SUMMARY);
    expect(sent).toContain('Remember the code of the door.');
    expect(sent).not.toContain('The code is 4711.');
  });

  it('of a compacted conversation includes the earlier summary', async () => {
    await using testGateway = await startGateway({ openai: [SUMMARY, 'Both.'] });
    const { responses } = openaiClient(testGateway);
    const { output } = await responses.compact({ model: 'gpt', input: CONVERSATION });
    const input = [
      ...(output as OpenAI.Responses.ResponseInput),
      { role: 'user' as const, content: 'More.' },
    ];
    const again = await responses.compact({ model: 'gpt', input });
    expect(again.output.map(({ type }) => type)).toEqual(['message', 'message', 'message', 'compaction']);
    const prompt = JSON.stringify(testGateway.openai.requests[1]?.body);
    expect(prompt).toContain(`<summary-so-far>\\n${SUMMARY}`);
  });

  it('of a stored response contains the user messages of its conversation', async () => {
    const gateway = { responses: { records: memoryRecords() } };
    await using testGateway = await startGateway({ openai: ['The code is 4711.', SUMMARY], gateway });
    const { responses } = openaiClient(testGateway);
    const { id } = await responses.create({ model: 'gpt', input: 'Remember the code.' });
    const { output } = await responses.compact({ model: 'gpt', previous_response_id: id });
    expect(output.map(({ type }) => type)).toEqual(['message', 'compaction']);
    expect(JSON.stringify(output[0])).toContain('Remember the code.');
    expect(JSON.stringify(testGateway.openai.requests[1]?.body)).toContain('The code is 4711.');
  });

  it('fails over, and reports settings that have no effect', async () => {
    await using testGateway = await startGateway({ openai: [{ fail: 'overloaded' }], anthropic: [SUMMARY] });
    const body = { model: 'gpt', input: CONVERSATION, tools: [] };
    const { data, response } = await openaiClient(testGateway).responses.compact(body).withResponse();
    expect(data.output).toHaveLength(3);
    expect(response.headers.get('x-majordomo-target')).toBe('anthropic/claude-haiku-4-5');
    expect(response.headers.get('x-majordomo-warnings')).toContain('tools');
  });
});

it.each(['conversation', 'prompt'])('a compaction with `%s` is refused', async (name) => {
  await using testGateway = await startGateway({});
  const body = { model: 'gpt', input: CONVERSATION, [name]: 'x' };
  const error = await refusal(openaiClient(testGateway).responses.compact(body));
  expect(error).toMatchObject({ param: name });
  expect(testGateway.openai.requests).toHaveLength(0);
});

describe('a compaction item is refused', () => {
  const item = (encrypted_content: string) => [
    { type: 'compaction' as const, id: 'cmp_1', encrypted_content },
    { role: 'user' as const, content: 'hi' },
  ];

  it.each([
    ['of another server', 'gAAAAABo', 'which /v1/responses/compact of this gateway returned'],
    ['that is damaged', 'majordomo.compaction.1.!!', 'is damaged'],
    ['that is too long', `majordomo.compaction.1.${'A'.repeat(270_000)}`, 'at most 262144 characters'],
  ])('%s', async (_name, content, message) => {
    await using testGateway = await startGateway();
    const request = openaiClient(testGateway).responses.create({ model: 'gpt', input: item(content) });
    expect(await refusal(request)).toMatchObject({ message: expect.stringContaining(message) as string });
    expect(testGateway.openai.requests).toEqual([]);
  });
});
