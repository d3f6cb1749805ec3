import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';
import { CUT } from './support/answers.ts';
import { anthropicClient, post } from './support/clients.ts';
import { startGateway } from './support/test-gateway.ts';

const baseRequest = { max_tokens: 1000, messages: [{ role: 'user' as const, content: 'hi' }] };
const weatherTool = {
  name: 'weather',
  description: 'The weather of a city',
  input_schema: { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] },
};
const CALL = {
  parts: [
    { type: 'reasoning' as const, text: 'I should look.' },
    { type: 'text' as const, text: 'Let me see.' },
    { type: 'tool-call' as const, id: 'toolu_a', name: 'weather', json: '{"city":"Oslo"}' },
    { type: 'tool-call' as const, id: 'toolu_b', name: 'weather', json: '{}' },
  ],
};

describe('adaptive thinking without an effort', () => {
  const MODELS = ['opus-4-6', 'sonnet-4-6', 'opus-4-7', 'opus-4-8', 'opus-5', 'sonnet-5'];
  it.each(MODELS)('reaches Claude %s as adaptive thinking with its default effort', async (name) => {
    await using testGateway = await startGateway({ gateway: { models: { m: `anthropic/claude-${name}` } } });
    const response = await post(testGateway, '/v1/messages', {
      model: 'm',
      max_tokens: 4000,
      thinking: { type: 'adaptive' },
      messages: [{ role: 'user', content: 'hi' }],
    });
    expect(response.status).toBe(200);
    expect(testGateway.anthropic.requests[0]?.body).toMatchObject({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'high' },
    });
  });
});

describe('the official client over Messages', () => {
  it('receives a complete response under the requested name', async () => {
    await using testGateway = await startGateway();
    const { data, response } = await anthropicClient(testGateway)
      .messages.create({ model: 'claude', ...baseRequest })
      .withResponse();
    expect(data).toMatchObject({
      type: 'message',
      role: 'assistant',
      model: 'claude',
      stop_reason: 'end_turn',
    });
    expect(data.content).toMatchObject([{ type: 'text', text: 'hello' }]);
    expect(data.usage).toMatchObject({ input_tokens: 12, output_tokens: 5 });
    expect(response.headers.get('x-majordomo-target')).toBe('anthropic/claude-sonnet-4-6');
    expect(response.headers.get('request-id')).toMatch(/^req_/);
  });

  it('receives the events of a message in order with its stream helper', async () => {
    await using testGateway = await startGateway();
    const stream = anthropicClient(testGateway).messages.stream({ model: 'claude', ...baseRequest });
    const types: string[] = [];
    stream.on('streamEvent', ({ type }) => types.push(type));
    const finalMessage = await stream.finalMessage();
    expect(finalMessage.content).toMatchObject([{ type: 'text', text: 'hello' }]);
    expect(finalMessage.usage).toMatchObject({ input_tokens: 12, output_tokens: 5 });
    expect(types.filter((type, index) => type !== types[index - 1])).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
  });

  it.each([
    ['claude', false],
    ['claude', true],
    ['gpt', false],
    ['gpt', true],
  ])('replays thinking over two turns with tools (%s, streamed: %s)', async (model, streamed) => {
    const script = [CALL, 'Oslo is cold.'];
    await using testGateway = await startGateway({ anthropic: script, openai: script });
    const createMessage = async (messages: Anthropic.MessageParam[]): Promise<Anthropic.Message> => {
      const body = {
        model,
        max_tokens: 4000,
        messages,
        tools: [weatherTool],
        thinking: { type: 'enabled' as const, budget_tokens: 2048 },
      };
      return streamed
        ? await anthropicClient(testGateway).messages.stream(body).finalMessage()
        : await anthropicClient(testGateway).messages.create(body);
    };
    const firstMessage = await createMessage(baseRequest.messages);
    expect(firstMessage.stop_reason).toBe('tool_use');
    const calls = firstMessage.content.filter((block) => block.type === 'tool_use');
    expect(calls.map(({ id, input }) => [id, input])).toEqual([
      ['toolu_a', { city: 'Oslo' }],
      ['toolu_b', {}],
    ]);
    const secondMessage = await createMessage([
      ...baseRequest.messages,
      { role: 'assistant', content: firstMessage.content },
      {
        role: 'user',
        content: [
          ...calls.map(({ id }) => ({ type: 'tool_result' as const, tool_use_id: id, content: '5°' })),
          { type: 'text', text: 'And now?' },
        ],
      },
    ]);
    expect(secondMessage.content).toMatchObject([{ type: 'text', text: 'Oslo is cold.' }]);
    const vendor = model === 'claude' ? testGateway.anthropic : testGateway.openai;
    const { request } = await vendor.request(1);
    expect(request.toolResults.map(({ callId }) => callId)).toEqual(['toolu_a', 'toolu_b']);
    expect(request.reasoning).toHaveLength(1);
    expect(vendor.requests.flatMap(({ violations }) => violations)).toEqual([]);
  });

  it.each(['"{\\"city\\":\\"Oslo\\"}"', '{"city":"Os\nlo",}', '{"city":"Oslo"', '["Oslo"]', 'Oslo'])(
    'receives the same arguments streamed and complete if the client cannot parse them: %j',
    async (json) => {
      const parts = [{ type: 'tool-call' as const, name: 'weather', json, chunks: 3 }];
      await using testGateway = await startGateway({ anthropic: () => ({ parts }) });
      const request = { model: 'claude', ...baseRequest, tools: [weatherTool] };
      const [complete, streamed] = [
        await anthropicClient(testGateway).messages.create(request),
        await anthropicClient(testGateway).messages.stream(request).finalMessage(),
      ];
      const inputs = [complete, streamed].map(({ content }) =>
        content.map((block) => (block.type === 'tool_use' ? block.input : block.type)),
      );
      expect(inputs[1]).toEqual(inputs[0]);
    },
  );

  it('emits interleaved calls one after the other', async () => {
    await using testGateway = await startGateway({ openai: [{ ...CALL, interleave: true }] });
    const stream = anthropicClient(testGateway).messages.stream({
      model: 'gpt',
      ...baseRequest,
      tools: [weatherTool],
    });
    const openBlocks: number[] = [];
    stream.on('streamEvent', (event) => {
      if (event.type === 'content_block_start') openBlocks.push(event.index);
      if (event.type === 'content_block_delta') expect(openBlocks).toEqual([event.index]);
      if (event.type === 'content_block_stop') expect(openBlocks.shift()).toBe(event.index);
    });
    const { content } = await stream.finalMessage();
    expect(content.filter((block) => block.type === 'tool_use').map(({ input }) => input)).toEqual([
      { city: 'Oslo' },
      {},
    ]);
  });

  it('ends with its error event when a target fails in mid-stream', async () => {
    await using testGateway = await startGateway({ anthropic: [CUT] });
    const stream = anthropicClient(testGateway).messages.stream({ model: 'claude', ...baseRequest });
    let text = '';
    stream.on('text', (delta) => (text += delta));
    await expect(stream.finalMessage()).rejects.toBeInstanceOf(Anthropic.APIError);
    expect(text).not.toBe('');
    expect(testGateway.openai.requests).toHaveLength(0);
  });

  it('runs tools with its runner, which sends all messages without threads', async () => {
    await using testGateway = await startGateway({ anthropic: [CALL, 'Oslo is cold.'] });
    const runner = anthropicClient(testGateway).beta.messages.toolRunner({
      model: 'claude',
      ...baseRequest,
      tools: [{ ...weatherTool, run: () => '5°', parse: (input: unknown) => input }],
    });
    const finalMessage = await runner;
    expect(finalMessage.content).toMatchObject([{ type: 'text', text: 'Oslo is cold.' }]);
  });
});

it('omits `citations` of a text block without citations, because clients of Messages refuse null', async () => {
  await using testGateway = await startGateway();
  const response = await post(testGateway, '/v1/messages', {
    model: 'claude',
    max_tokens: 10,
    messages: [{ role: 'user', content: 'hi' }],
  });
  const { content } = (await response.json()) as { readonly content: readonly object[] };
  expect(content).toEqual([{ type: 'text', text: 'hello' }]);
});
