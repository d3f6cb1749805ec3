import { memoryRecords } from '@majordomo/records';
import { deferred } from '@majordomo/test-support';
import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { McpAnswer, McpRemote, McpTool, McpTools, RouteContext } from '../src/index.ts';
import { openaiClient } from './support/clients.ts';
import { startGateway, type TestGateway, type TestGatewayOptions } from './support/test-gateway.ts';

type Script = TestGatewayOptions['anthropic'];
type Body = OpenAI.Responses.ResponseCreateParamsNonStreaming;

const text = (value: string): McpAnswer => ({ content: [{ type: 'text', text: value }], isError: false });
const schema = { type: 'object', properties: { q: { type: 'string' } } };
const TOOLS: readonly McpTool[] = [
  {
    name: 'search',
    description: 'Searches issues',
    inputSchema: schema,
    annotations: { readOnlyHint: true },
  },
  { name: 'delete', description: 'Deletes an issue', inputSchema: schema },
];

/** MCP servers of a test: `tracker` with two tools, and `broken`, which cannot be reached. */
function fakeTools(
  answer: (tool: string, context: RouteContext) => McpAnswer | Promise<McpAnswer> = () => text('2 issues'),
) {
  const calls: unknown[] = [];
  const lists: string[] = [];
  const remotes: McpRemote[] = [];
  const tools: McpTools = {
    list: (server) => {
      if (typeof server !== 'string') {
        remotes.push(server);
        return Promise.resolve(server.url.includes('evil') ? undefined : TOOLS);
      }
      lists.push(server);
      if (server === 'broken') return Promise.reject(new Error('The server "broken" cannot be reached.'));
      return Promise.resolve(server === 'tracker' ? TOOLS : undefined);
    },
    call: async (server, tool, args, context) => {
      calls.push([server, tool, args, context.call.tenant]);
      return answer(tool, context);
    },
  };
  return { calls, lists, remotes, tools };
}

async function setUp(
  script: Script,
  { tools }: Pick<ReturnType<typeof fakeTools>, 'tools'>,
  isStored = true,
) {
  const testGateway = await startGateway({
    anthropic: script ?? [],
    gateway: {
      mcp: { fetch: () => Promise.resolve(new Response(null, { status: 404 })), tools },
      ...(isStored && { responses: { records: memoryRecords() } }),
    },
  });
  const openai = openaiClient(testGateway);
  return { testGateway, openai, [Symbol.asyncDispose]: () => testGateway[Symbol.asyncDispose]() };
}

const call = (name: string, json = '{"q":"open"}', id = `toolu_${name}`) => ({
  type: 'tool-call' as const,
  id,
  name,
  json,
});
const SEARCH = { parts: [call('tracker__search')] };
const tracker = { type: 'mcp' as const, server_label: 'tracker', require_approval: 'never' as const };
const body = (others: Partial<Body> = {}): Body => ({
  model: 'claude',
  input: 'How many?',
  tools: [tracker],
  ...others,
});

/** Sends a request, streamed or not, and returns the response and the types of its events, without repetitions. */
async function create(openai: OpenAI, streamed: boolean, others: Partial<Body> = {}) {
  if (!streamed) return { response: await openai.responses.create(body(others)), events: [] };
  const stream = openai.responses.stream({ ...body(others) } as Parameters<
    typeof openai.responses.stream
  >[0]);
  const events: string[] = [];
  stream.on('event', ({ type }) => {
    if (events.at(-1) !== type) events.push(type);
  });
  return { response: await stream.finalResponse(), events };
}

const toolsOf = async (testGateway: TestGateway, n: number) =>
  (await testGateway.anthropic.request(n)).request;

describe.each([false, true])('tools of MCP servers in Responses (streamed: %s)', (streamed) => {
  it('run in the gateway until the model calls none', async () => {
    const servers = fakeTools();
    await using world = await setUp([SEARCH, 'There are 2.'], servers);
    const { response } = await create(world.openai, streamed);
    expect(response.output).toMatchObject([
      {
        type: 'mcp_list_tools',
        server_label: 'tracker',
        error: null,
        tools: [
          {
            name: 'search',
            description: 'Searches issues',
            input_schema: schema,
            annotations: { readOnlyHint: true },
          },
          { name: 'delete', annotations: null },
        ],
      },
      {
        type: 'mcp_call',
        server_label: 'tracker',
        name: 'search',
        arguments: '{"q":"open"}',
        output: '2 issues',
        error: null,
        approval_request_id: null,
        status: 'completed',
      },
      { type: 'message', content: [{ text: 'There are 2.' }] },
    ]);
    expect(response).toMatchObject({ status: 'completed', output_text: 'There are 2.' });
    expect(response.usage).toMatchObject({ input_tokens: 24, output_tokens: 10 });
    expect(servers.calls).toEqual([['tracker', 'search', { q: 'open' }, 'team-a']]);
    const { toolResults } = await toolsOf(world.testGateway, 1);
    expect(toolResults.map((result) => result.text)).toEqual(['2 issues']);
  });

  it('run at the same time, and their items are in the order of the calls', async () => {
    const servers = fakeTools(async (tool) => {
      if (tool === 'search') await new Promise((resolve) => setTimeout(resolve, 20));
      return text(tool);
    });
    const both = { parts: [call('tracker__search'), call('tracker__delete')] };
    await using world = await setUp([both, 'Done.'], servers);
    const { response } = await create(world.openai, streamed);
    const calls = response.output.filter(({ type }) => type === 'mcp_call');
    expect(calls).toMatchObject([{ output: 'search' }, { output: 'delete' }]);
  });

  it('report an error of the tool and of the protocol, and the model receives it', async () => {
    const servers = fakeTools((tool) =>
      tool === 'search'
        ? { content: [{ type: 'text', text: 'no index' }], isError: true }
        : { code: -32_602, message: 'unknown tool' },
    );
    const both = { parts: [call('tracker__search'), call('tracker__delete')] };
    await using world = await setUp([both, 'Sorry.'], servers);
    const { response } = await create(world.openai, streamed);
    expect(response.output.filter(({ type }) => type === 'mcp_call')).toMatchObject([
      {
        status: 'failed',
        output: null,
        error: { type: 'mcp_tool_execution_error', content: [{ type: 'text', text: 'no index' }] },
      },
      { status: 'failed', error: { type: 'mcp_protocol_error', code: -32_602, message: 'unknown tool' } },
    ]);
    const { toolResults } = await toolsOf(world.testGateway, 1);
    expect(toolResults.map((result) => result.text)).toEqual(['no index', 'unknown tool']);
  });

  it('wait for an approval, and run when the next request contains it', async () => {
    const servers = fakeTools();
    await using world = await setUp([SEARCH, 'There are 2.', 'You are welcome.'], servers);
    const tools = [{ type: 'mcp' as const, server_label: 'tracker' }];
    const { response: first } = await create(world.openai, streamed, { tools });
    const request = first.output.find((item) => item.type === 'mcp_approval_request');
    expect(request).toMatchObject({ server_label: 'tracker', name: 'search', arguments: '{"q":"open"}' });
    expect([first.status, servers.calls]).toEqual(['completed', []]);
    const { response: second } = await create(world.openai, streamed, {
      tools,
      previous_response_id: first.id,
      input: [{ type: 'mcp_approval_response', approval_request_id: request?.id ?? '', approve: true }],
    });
    expect(second.output).toMatchObject([
      { type: 'mcp_call', output: '2 issues', approval_request_id: request?.id },
      { type: 'message', content: [{ text: 'There are 2.' }] },
    ]);
    expect(servers.calls).toHaveLength(1);
    const { response: third } = await create(world.openai, streamed, {
      tools,
      previous_response_id: second.id,
      input: 'Thanks.',
    });
    expect(third.output_text).toBe('You are welcome.');
    expect(servers.calls).toHaveLength(1);
    const { toolResults } = await toolsOf(world.testGateway, 2);
    expect(toolResults.map((result) => result.text)).toEqual(['2 issues']);
  });

  it('do not run without an approval', async () => {
    const servers = fakeTools();
    await using world = await setUp([SEARCH, 'Then not.'], servers);
    const tools = [{ type: 'mcp' as const, server_label: 'tracker' }];
    const { response: first } = await create(world.openai, streamed, { tools });
    const id = first.output.find((item) => item.type === 'mcp_approval_request')?.id ?? '';
    const denied = {
      type: 'mcp_approval_response' as const,
      approval_request_id: id,
      approve: false,
      reason: 'too broad',
    };
    const { response } = await create(world.openai, streamed, {
      tools,
      previous_response_id: first.id,
      input: [denied],
    });
    expect([response.output_text, servers.calls]).toEqual(['Then not.', []]);
    const { toolResults } = await toolsOf(world.testGateway, 1);
    expect(toolResults.map((result) => result.text)).toEqual([
      'The user did not approve this call. Reason: too broad',
    ]);
  });

  it('end the response if the client must answer another call', async () => {
    const servers = fakeTools();
    const own = { type: 'function' as const, name: 'ask', strict: false, parameters: schema };
    const both = { parts: [call('tracker__search'), call('ask')] };
    await using world = await setUp([both, 'Done.'], servers);
    const tools = [tracker, own];
    const { response } = await create(world.openai, streamed, { tools });
    expect(response.output.map(({ type }) => type)).toEqual(['mcp_list_tools', 'mcp_call', 'function_call']);
    const next = await create(world.openai, streamed, {
      tools,
      previous_response_id: response.id,
      input: [{ type: 'function_call_output', call_id: 'toolu_ask', output: 'yes' }],
    });
    expect(next.response.output.map(({ type }) => type)).toEqual(['message']);
    const { toolResults } = await toolsOf(world.testGateway, 1);
    expect(toolResults.map((result) => result.text)).toEqual(['2 issues', 'yes']);
  });

  it('are bounded by max_tool_calls', async () => {
    const servers = fakeTools();
    const both = { parts: [call('tracker__search'), call('tracker__delete')] };
    await using world = await setUp([both, 'Done.'], servers);
    const { response } = await create(world.openai, streamed, { max_tool_calls: 1 });
    expect(response.output.filter(({ type }) => type === 'mcp_call')).toMatchObject([
      { status: 'completed' },
      { status: 'failed', error: { code: -32_000 } },
    ]);
    expect([servers.calls.length, response.max_tool_calls]).toEqual([1, 1]);
    expect((await world.testGateway.anthropic.request(1)).body).toMatchObject({
      tool_choice: { type: 'none' },
    });
  });

  it('are listed with an error if the server fails, and the model has the others', async () => {
    const servers = fakeTools();
    await using world = await setUp(['Hello.'], servers);
    const broken = { type: 'mcp' as const, server_label: 'broken' };
    const { response, events } = await create(world.openai, streamed, { tools: [broken, tracker] });
    expect(response.output).toMatchObject([
      {
        type: 'mcp_list_tools',
        server_label: 'broken',
        tools: [],
        error: 'The server "broken" cannot be reached.',
      },
      { type: 'mcp_list_tools', server_label: 'tracker', error: null },
      { type: 'message' },
    ]);
    if (streamed) expect(events).toContain('response.mcp_list_tools.failed');
  });
});

describe('the events of tools of MCP servers', () => {
  it('are those of the vendor, in order', async () => {
    await using world = await setUp([SEARCH, 'There are 2.'], fakeTools());
    const { events } = await create(world.openai, true);
    expect(events).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.mcp_list_tools.in_progress',
      'response.mcp_list_tools.completed',
      'response.output_item.done',
      'response.output_item.added',
      'response.mcp_call.in_progress',
      'response.mcp_call_arguments.delta',
      'response.mcp_call_arguments.done',
      'response.mcp_call.completed',
      'response.output_item.done',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
  });

  it('abort a call when the client disconnects', async () => {
    const { promise: started, resolve: start } = deferred<AbortSignal | undefined>();
    const servers = fakeTools((_tool, { call: { signal } }) => {
      start(signal);
      return new Promise(() => undefined);
    });
    await using world = await setUp([SEARCH], servers);
    const controller = new AbortController();
    const running = world.openai.responses
      .create({ ...body(), stream: true }, { signal: controller.signal })
      .then(async (stream) => {
        for await (const _event of stream);
      })
      .catch(() => undefined);
    const signal = await started;
    const aborted = new Promise((resolve) => signal?.addEventListener('abort', resolve));
    controller.abort();
    await Promise.all([running, aborted]);
    expect(signal?.aborted).toBe(true);
  });
});

describe('a request with tools of MCP servers', () => {
  const refused = async (others: object, servers = fakeTools()): Promise<unknown> => {
    await using world = await setUp([], servers);
    const response: unknown = await world.openai.responses
      .create({ ...body(), ...others })
      .catch((error: unknown) => error);
    return response;
  };

  it.each([
    [
      { tools: [{ type: 'mcp', server_label: 'other' }] },
      'tools[0].server_label is not the name of an MCP server',
    ],
    [{ tools: [tracker, tracker] }, 'tools[1].server_label names a server that the tools contain already'],
    [
      { tools: [{ ...tracker, server_url: 'https://evil.example/mcp' }] },
      'tools[0].server_url is not the address of an MCP server that you may use',
    ],
    ...[{ host: 'other.example' }, { 'x-key': 'a\r\nb' }, { 'x-key': 1 }].map((headers): [object, string] => [
      { tools: [{ ...tracker, server_url: 'https://mcp.example/', headers }] },
      'tools[0].headers',
    ]),
    [{ tools: [{ ...tracker, require_approval: 'sometimes' }] }, 'tools[0].require_approval'],
    [
      { tools: [tracker], tool_choice: { type: 'mcp', server_label: 'tracker', name: 'none' } },
      'tool_choice.name',
    ],
    [
      { input: [{ type: 'mcp_approval_response', approval_request_id: 'mcpr_1', approve: true }] },
      'input[0].approval_request_id is not the id of an approval request',
    ],
    [
      {
        tools: [],
        input: [
          {
            type: 'mcp_approval_request',
            id: 'mcpr_1',
            server_label: 'tracker',
            name: 'search',
            arguments: '{}',
          },
          { type: 'mcp_approval_response', approval_request_id: 'mcpr_1', approve: true },
        ],
      },
      'which is not among the tools',
    ],
  ])('is refused if it is invalid: %j', async (others, message) => {
    expect(await refused(others)).toMatchObject({
      status: 400,
      message: expect.stringContaining(message) as string,
    });
  });

  it('offers only the tools that it allows', async () => {
    await using world = await setUp(() => 'Hello.', fakeTools());
    const names = async (allowed: object): Promise<unknown> => {
      const { output } = await world.openai.responses.create(
        body({ tools: [{ ...tracker, allowed_tools: allowed as never }] }),
      );
      return output.flatMap((item) =>
        item.type === 'mcp_list_tools' ? item.tools.map(({ name }) => name) : [],
      );
    };
    expect(await names(['delete', 'unknown'])).toEqual(['delete']);
    expect(await names({ read_only: true })).toEqual(['search']);
    expect(await names({ tool_names: ['delete'], read_only: true })).toEqual([]);
    const last = world.testGateway.anthropic.requests.at(-2)?.body;
    expect(last).toMatchObject({ tools: [{ name: 'tracker__search' }] });
  });

  it.each([
    [{ never: { tool_names: ['search'] } }, true],
    [{ never: { read_only: true } }, true],
    [{ always: { tool_names: ['search'] }, never: { read_only: true } }, false],
    [{ always: { tool_names: ['delete'] } }, false],
  ])('needs approvals as %j states', async (require_approval, runs) => {
    const servers = fakeTools();
    await using world = await setUp([SEARCH, 'Done.'], servers);
    await world.openai.responses.create(body({ tools: [{ ...tracker, require_approval }] }));
    expect(servers.calls.length > 0).toBe(runs);
  });

  it('forces only the first call', async () => {
    await using world = await setUp([SEARCH, 'Done.'], fakeTools());
    await world.openai.responses.create(body({ tool_choice: { type: 'mcp', server_label: 'tracker' } }));
    const choices = world.testGateway.anthropic.requests.map(
      ({ body: sent }) => (sent as { tool_choice?: unknown }).tool_choice,
    );
    expect(choices).toMatchObject([{ type: 'any' }, { type: 'auto' }]);
  });

  it('continues without stored responses with the items of the client', async () => {
    const servers = fakeTools();
    await using world = await setUp([SEARCH, 'There are 2.'], servers, false);
    const tools = [{ type: 'mcp' as const, server_label: 'tracker', headers: { authorization: 'secret' } }];
    const question = { role: 'user' as const, content: 'How many?' };
    const first = await world.openai.responses.create(body({ tools, input: [question] }));
    expect(JSON.stringify(first.tools)).not.toContain('secret');
    const id = first.output.find((item) => item.type === 'mcp_approval_request')?.id ?? '';
    const second = await world.openai.responses.create(
      body({
        tools,
        input: [
          question,
          ...(first.output as OpenAI.Responses.ResponseInput),
          { type: 'mcp_approval_response', approval_request_id: id, approve: true },
        ],
      }),
    );
    expect(second.output.map(({ type }) => type)).toEqual(['mcp_call', 'message']);
    expect(servers.calls).toHaveLength(1);
  });

  it('calls no tool whose arguments are not an object', async () => {
    const servers = fakeTools();
    await using world = await setUp([{ parts: [call('tracker__search', '[1]')] }, 'Sorry.'], servers);
    const { output } = await world.openai.responses.create(body());
    expect(output[1]).toMatchObject({
      type: 'mcp_call',
      status: 'failed',
      arguments: '[1]',
      error: { code: -32_602 },
    });
    expect(servers.calls).toEqual([]);
  });

  it('gives the address and the logins of a server of the client to its handler, and does not return or store them', async () => {
    const servers = fakeTools();
    await using world = await setUp([SEARCH, 'There are 2.'], servers);
    const headers = { 'x-key': 'secret-1' };
    const url = 'https://mcp.example/secret-2?key=secret-3';
    const tools = [{ ...tracker, server_url: url, headers, authorization: 'secret-4' }];
    const response = await world.openai.responses.create({ ...body(), tools });
    const remote = { url, headers, token: 'secret-4' };
    expect([servers.remotes, servers.calls]).toEqual([
      [remote],
      [[remote, 'search', { q: 'open' }, 'team-a']],
    ]);
    expect(response.tools).toMatchObject([{ server_label: 'tracker', server_url: 'https://mcp.example' }]);
    const stored = await world.openai.responses.retrieve(response.id);
    expect(JSON.stringify([response, stored])).not.toContain('secret');
  });

  it('is refused with items of such tools by a gateway without MCP servers', async () => {
    await using testGateway = await startGateway({ anthropic: [] });
    const openai = openaiClient(testGateway);
    const input = [{ type: 'mcp_list_tools', id: 'mcpl_1', server_label: 'tracker', tools: [] }] as never;
    await expect(openai.responses.create({ model: 'claude', input })).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('input[0].type') as string,
    });
  });

  it('counts the tokens of the tools', async () => {
    await using world = await setUp([], fakeTools());
    const count = async (tools: Body['tools']): Promise<number> =>
      (await world.openai.responses.inputTokens.count({ model: 'claude', input: 'hi', tools: tools ?? [] }))
        .input_tokens;
    expect(await count([tracker])).toBeGreaterThan((await count([])) + 10);
  });
});
