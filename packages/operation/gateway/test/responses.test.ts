import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { CUT, TWO_CALLS } from './support/answers.ts';
import { openaiClient } from './support/clients.ts';
import { startGateway } from './support/test-gateway.ts';

const weatherTool = {
  type: 'function' as const,
  name: 'weather',
  description: 'The weather of a city',
  strict: true,
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
};

describe('the official client over Responses', () => {
  it('receives a complete response under the requested name', async () => {
    await using testGateway = await startGateway();
    const response = await openaiClient(testGateway).responses.create({
      model: 'gpt',
      input: 'hi',
      instructions: 'Be brief.',
    });
    expect(response).toMatchObject({
      object: 'response',
      model: 'gpt',
      status: 'completed',
      output_text: 'hello',
    });
    expect(response.usage).toMatchObject({ input_tokens: 12, output_tokens: 5, total_tokens: 17 });
    expect(response).toMatchObject({
      instructions: 'Be brief.',
      metadata: {},
      parallel_tool_calls: true,
      previous_response_id: null,
      text: { format: { type: 'text' } },
      tool_choice: 'auto',
      tools: [],
    });
    expect((await testGateway.openai.request(0)).request.system).toBe('Be brief.');
  });

  it('receives numbered events in order with its stream helper', async () => {
    await using testGateway = await startGateway();
    const stream = openaiClient(testGateway).responses.stream({ model: 'gpt', input: 'hi' });
    const events: [string, number][] = [];
    stream.on('event', (event) => events.push([event.type, event.sequence_number]));
    const startedResponses: unknown[] = [];
    stream.on('response.created', ({ response }) => startedResponses.push(response));
    stream.on('response.in_progress', ({ response }) => startedResponses.push(response));
    const finalResponse = await stream.finalResponse();
    expect(finalResponse.output_text).toBe('hello');
    const empty = { status: 'in_progress', output: [], usage: null };
    expect(startedResponses).toMatchObject([empty, empty]);
    expect(events.map(([, number]) => number)).toEqual(events.map((_, index) => index));
    expect(events.map(([type]) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
  });

  it.each([
    ['gpt', false],
    ['gpt', true],
    ['claude', false],
    ['claude', true],
  ])('replays reasoning over two turns with tools (%s, streamed: %s)', async (model, streamed) => {
    const script = [TWO_CALLS, 'Oslo is cold.'];
    await using testGateway = await startGateway({ openai: script, anthropic: script });
    const createResponse = async (
      input: OpenAI.Responses.ResponseInput,
    ): Promise<OpenAI.Responses.Response> => {
      const body = {
        model,
        input,
        tools: [weatherTool],
        store: false,
        reasoning: { effort: 'low' as const },
      };
      return streamed
        ? await openaiClient(testGateway).responses.stream(body).finalResponse()
        : await openaiClient(testGateway).responses.create(body);
    };
    const question = { role: 'user' as const, content: 'Where is it cold?' };
    const firstResponse = await createResponse([question]);
    expect(firstResponse.output.map(({ type }) => type)).toEqual([
      'reasoning',
      'message',
      'function_call',
      'function_call',
    ]);
    const calls = firstResponse.output.filter((item) => item.type === 'function_call');
    const results = calls.map(({ call_id }) => ({
      type: 'function_call_output' as const,
      call_id,
      output: '5°',
    }));
    const secondResponse = await createResponse([
      question,
      ...(firstResponse.output as OpenAI.Responses.ResponseInput),
      ...results,
    ]);
    expect(secondResponse.output_text).toBe('Oslo is cold.');
    const vendor = model === 'gpt' ? testGateway.openai : testGateway.anthropic;
    const { request } = await vendor.request(1);
    expect(request.toolResults.map(({ text }) => text)).toEqual(['5°', '5°']);
    expect(request.reasoning).toHaveLength(1);
    expect(vendor.requests.flatMap(({ violations }) => violations)).toEqual([]);
  });

  it.each([false, true])('receives text as the input of a custom tool (streamed: %s)', async (streamed) => {
    const json = JSON.stringify({ input: '*** Begin\n"patch"' });
    await using testGateway = await startGateway({
      openai: [{ parts: [{ type: 'tool-call', id: 'call_p', name: 'apply_patch', json }] }, 'Done.'],
    });
    const body = {
      model: 'gpt',
      input: 'go',
      tools: [
        {
          type: 'custom' as const,
          name: 'apply_patch',
          description: 'Patches files',
          format: { type: 'grammar' as const, syntax: 'lark' as const, definition: 'start: "x"' },
        },
      ],
    };
    const firstResponse = streamed
      ? await openaiClient(testGateway).responses.stream(body).finalResponse()
      : await openaiClient(testGateway).responses.create(body);
    expect(firstResponse.output).toMatchObject([
      { type: 'custom_tool_call', call_id: 'call_p', name: 'apply_patch', input: '*** Begin\n"patch"' },
    ]);
    const secondResponse = await openaiClient(testGateway).responses.create({
      ...body,
      input: [
        { role: 'user', content: 'go' },
        ...(firstResponse.output as OpenAI.Responses.ResponseInput),
        { type: 'custom_tool_call_output', call_id: 'call_p', output: 'ok' },
      ],
    });
    expect(secondResponse.output_text).toBe('Done.');
    expect((await testGateway.openai.request(1)).request.toolCalls).toMatchObject([
      { args: { input: '*** Begin\n"patch"' } },
    ]);
  });

  it.each([false, true])(
    'offers tools of namespaces under joined names, and receives calls with their namespaces (streamed: %s)',
    async (streamed) => {
      const call = (id: string, name: string, json: string) => ({
        type: 'tool-call' as const,
        id,
        name,
        json,
      });
      await using testGateway = await startGateway({
        openai: [
          {
            parts: [
              call('call_1', 'mcp__crm__find', '{"q":"a"}'),
              call('call_2', 'billing__find', '{"q":"b"}'),
              call('call_3', 'find', '{"q":"c"}'),
              call('call_4', 'billing__note', '{"input":"text"}'),
            ],
          },
          'Done.',
        ],
      });
      const parameters = { type: 'object', properties: { q: { type: 'string' } } };
      const findTool = {
        type: 'function' as const,
        name: 'find',
        description: 'Finds',
        parameters,
        strict: false,
      };
      const crmNamespace = {
        type: 'namespace' as const,
        name: 'mcp__crm__',
        description: 'Customers',
        tools: [findTool],
      };
      const noteTool = { type: 'custom' as const, name: 'note' };
      const billingNamespace = {
        type: 'namespace' as const,
        name: 'billing',
        description: 'Bills',
        tools: [findTool, noteTool],
      };
      const body = { model: 'gpt', input: 'go', tools: [crmNamespace, billingNamespace, findTool] };
      const { data: firstResponse, response } = streamed
        ? {
            data: await openaiClient(testGateway).responses.stream(body).finalResponse(),
            response: undefined,
          }
        : await openaiClient(testGateway).responses.create(body).withResponse();
      expect(response?.headers.get('x-majordomo-warnings') ?? null).toBeNull();
      const firstRequest = (await testGateway.openai.request(0)).request;
      expect(firstRequest.tools).toEqual(['mcp__crm__find', 'billing__find', 'billing__note', 'find']);
      expect(JSON.stringify((await testGateway.openai.request(0)).body)).toContain('mcp__crm__: Customers');
      expect(firstResponse.output).toMatchObject([
        { type: 'function_call', namespace: 'mcp__crm__', name: 'find', arguments: '{"q":"a"}' },
        { type: 'function_call', namespace: 'billing', name: 'find', arguments: '{"q":"b"}' },
        { type: 'function_call', name: 'find', arguments: '{"q":"c"}' },
        { type: 'custom_tool_call', namespace: 'billing', name: 'note', input: 'text' },
      ]);
      expect(firstResponse.output[2]).not.toHaveProperty('namespace');
      await openaiClient(testGateway).responses.create({
        ...body,
        input: [
          { role: 'user', content: 'go' },
          ...(firstResponse.output as OpenAI.Responses.ResponseInput),
          ...[1, 2, 3].map((n) => ({
            type: 'function_call_output' as const,
            call_id: `call_${n}`,
            output: 'ok',
          })),
          { type: 'custom_tool_call_output', call_id: 'call_4', output: 'ok' },
        ],
      });
      const secondRequest = (await testGateway.openai.request(1)).request;
      expect(secondRequest.toolCalls.map(({ name }) => name)).toEqual([
        'mcp__crm__find',
        'billing__find',
        'find',
        'billing__note',
      ]);
      expect(testGateway.openai.requests.flatMap(({ violations }) => violations)).toEqual([]);
    },
  );

  it('shortens long names of namespaces to distinct names, and allows all tools of a namespace', async () => {
    await using testGateway = await startGateway();
    const tool = (name: string) => ({ type: 'function' as const, name, parameters: {}, strict: false });
    const longName = 'x'.repeat(80);
    const namespace = {
      type: 'namespace' as const,
      name: longName,
      description: '',
      tools: [tool('a'), tool('b')],
    };
    await openaiClient(testGateway).responses.create({
      model: 'gpt',
      input: 'go',
      tools: [namespace, tool('c')],
      tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'namespace', name: longName }] },
    });
    expect((await testGateway.openai.request(0)).request.tools).toEqual([
      'x'.repeat(64),
      `${'x'.repeat(60)}_2`,
    ]);
  });

  it('ends with response.failed when a target fails in mid-stream', async () => {
    await using testGateway = await startGateway({ openai: [CUT] });
    const types: string[] = [];
    for await (const event of await openaiClient(testGateway).responses.create({
      model: 'gpt',
      input: 'hi',
      stream: true,
    }))
      types.push(event.type);
    expect(types.at(-1)).toBe('response.failed');
    expect(types).toContain('response.output_text.delta');
  });
});
