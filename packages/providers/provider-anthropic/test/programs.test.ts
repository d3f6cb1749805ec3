import {
  assistant,
  createMajordomo,
  toolResult,
  user,
  type ChatResponse,
  type Message,
  type ToolMessage,
  type ToolSpec,
} from '@majordomo/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAnthropic, type AnthropicOptions } from '../src/index.ts';
import { frame } from './server.ts';

const NOW = Date.UTC(2026, 10, 27, 12);
const EXPIRES = '2026-11-27T12:04:30Z';

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Block {
  readonly type: string;
  readonly [member: string]: unknown;
}
interface Body {
  readonly container?: unknown;
  readonly stream?: boolean;
  readonly tools?: readonly Partial<Block>[];
  readonly messages: readonly { readonly role: string; readonly content: readonly Block[] }[];
}

const TOOL: ToolSpec = {
  name: 'sales',
  description: 'Sales of a region',
  parameters: { type: 'object', properties: { region: { type: 'string' } }, required: ['region'] },
  callers: ['program'],
};

const CALLER = { type: 'code_execution_20260120', tool_id: 'srvtoolu_1' };
const CODE = {
  type: 'server_tool_use',
  id: 'srvtoolu_1',
  name: 'code_execution',
  input: { code: 'for r in regions: await sales(r)' },
};
const call = (id: string): Block => ({
  type: 'tool_use',
  id,
  name: 'sales',
  input: { region: id },
  caller: CALLER,
});
const OUTPUT = {
  type: 'code_execution_tool_result',
  tool_use_id: 'srvtoolu_1',
  content: { type: 'code_execution_result', stdout: '6', stderr: '', return_code: 0, content: [] },
};
/** Contents of the responses of a program that makes three calls, one after the other. */
const PROGRAM: readonly (readonly Block[])[] = [
  [{ type: 'text', text: 'I write a program.' }, CODE, call('toolu_1')],
  [call('toolu_2')],
  [call('toolu_3')],
  [OUTPUT, { type: 'text', text: 'The sum is 6.' }],
];

interface WorldOptions extends AnthropicOptions {
  readonly contents?: readonly (readonly Block[])[];
  /** Returns the message of an error with status 400 instead of a response. */
  readonly rejects?: (body: Body) => string | undefined;
}

/** Returns a client whose vendor answers with `contents` in order. */
function world({ contents = PROGRAM, rejects, ...options }: WorldOptions = {}) {
  const bodies: Body[] = [];
  let answered = 0;
  const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
    const body = JSON.parse(String(init?.body)) as Body;
    bodies.push(body);
    const message = rejects?.(body);
    if (message !== undefined) {
      const error = { type: 'invalid_request_error', message };
      return Promise.resolve(Response.json({ type: 'error', error }, { status: 400 }));
    }
    const content = contents[answered++] ?? [{ type: 'text', text: 'ok' }];
    return Promise.resolve(body.stream === true ? streamOf(content) : bodyOf(content));
  };
  const majordomo = createMajordomo({ providers: [createAnthropic({ apiKey: 'k', fetch, ...options })] });
  const model = majordomo.model('anthropic/claude-opus-4-8');
  const ask = (messages: readonly Message[], extra?: object): Promise<ChatResponse> =>
    model.generate({ messages, tools: [TOOL], ...(extra && { extra: { anthropic: extra } }) });
  return { ask, bodies, majordomo, model };
}

const messageOf = (content: readonly Block[]) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-opus-4-8',
  content,
  stop_reason: content.at(-1)?.type === 'tool_use' ? 'tool_use' : 'end_turn',
  usage: { input_tokens: 1, output_tokens: 1 },
  container: { id: 'container_1', expires_at: EXPIRES },
});

const bodyOf = (content: readonly Block[]): Response => Response.json(messageOf(content));

/** Returns a stream in which `message_delta` has the container. */
function streamOf(content: readonly Block[]): Response {
  const { container, stop_reason, usage, ...message } = messageOf(content);
  const blocks = content.flatMap((block, index) => {
    const { input, ...opening } = block;
    const isCall = input !== undefined;
    return [
      { type: 'content_block_start', index, content_block: isCall ? { ...opening, input: {} } : block },
      ...(isCall
        ? [
            {
              type: 'content_block_delta',
              index,
              delta: { type: 'input_json_delta', partial_json: JSON.stringify(input) },
            },
          ]
        : []),
      { type: 'content_block_stop', index },
    ];
  });
  const events = [
    { type: 'message_start', message: { ...message, content: [], container: null, usage } },
    ...blocks,
    { type: 'message_delta', delta: { stop_reason, container }, usage },
    { type: 'message_stop' },
  ];
  return new Response(events.map(frame).join(''), { headers: { 'content-type': 'text/event-stream' } });
}

/** Runs the calls of a response. */
const results = ({ toolCalls }: ChatResponse): ToolMessage => ({
  role: 'tool',
  parts: toolCalls.flatMap(
    ({ id, name }) => toolResult({ callId: id, name, content: `result of ${id}` }).parts,
  ),
});

/** Sends the results of all calls until the model answers. */
async function converse(ask: (messages: readonly Message[]) => Promise<ChatResponse>) {
  const messages: Message[] = [user('Sum the sales.')];
  const responses: ChatResponse[] = [];
  for (;;) {
    const response = await ask(messages);
    responses.push(response);
    messages.push(response.message);
    if (response.toolCalls.length === 0) break;
    messages.push(results(response));
  }
  return { messages, responses };
}

const typesOf = (body: Body | undefined): readonly (readonly string[])[] | undefined =>
  body?.messages.map(({ content }) => content.map(({ type }) => type));

describe.each([
  ['a complete response', false],
  ['a stream', true],
])('a program in %s', (_name, isStreamed) => {
  it('continues in its container, and receives only results', async () => {
    const { ask, bodies, model } = world();
    const stream = (messages: readonly Message[]): Promise<ChatResponse> =>
      model.stream({ messages, tools: [TOOL] }).response();
    const { responses } = await converse(isStreamed ? stream : ask);
    expect(bodies.map(({ container }) => container)).toEqual([
      undefined,
      'container_1',
      'container_1',
      'container_1',
    ]);
    expect(typesOf(bodies[3])).toEqual([
      ['text'],
      ['text', 'server_tool_use', 'tool_use'],
      ['tool_result'],
      ['tool_use'],
      ['tool_result'],
      ['tool_use'],
      ['tool_result'],
    ]);
    expect(bodies[3]?.messages[1]?.content.slice(1)).toEqual([CODE, call('toolu_1')]);
    expect(bodies[3]?.messages[5]?.content).toEqual([call('toolu_3')]);
    expect(responses.map(({ toolCalls }) => toolCalls.map(({ id, programId }) => [id, programId]))).toEqual([
      [['toolu_1', 'srvtoolu_1']],
      [['toolu_2', 'srvtoolu_1']],
      [['toolu_3', 'srvtoolu_1']],
      [],
    ]);
    expect(responses.at(-1)?.text).toBe('The sum is 6.');
    expect(responses.flatMap(({ warnings }) => warnings)).toEqual([]);
    expect(responses.map(({ usage }) => usage?.details?.serverTools)).toEqual([
      { code_execution: 1 },
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('the tools of a request with programs', () => {
  const sent = async (tools: readonly ToolSpec[], extra?: object) => {
    const { model, bodies } = world({ contents: [] });
    await model.generate({ messages: [user('go')], tools, ...(extra && { extra: { anthropic: extra } }) });
    return bodies[0]?.tools?.map(({ type, name, allowed_callers, strict }) => [
      type ?? name,
      allowed_callers,
      strict,
    ]);
  };

  it('begin with the tool that runs programs, and only their callers are not strict', async () => {
    expect(
      await sent([
        TOOL,
        { ...TOOL, name: 'both', callers: ['model', 'program'] },
        { ...TOOL, name: 'plain', callers: undefined },
      ]),
    ).toEqual([
      ['code_execution_20260120', undefined, undefined],
      ['sales', ['code_execution_20260120'], undefined],
      ['both', ['direct', 'code_execution_20260120'], undefined],
      ['plain', undefined, true],
    ]);
  });

  it('use the version of the tool in `extra`, unless this version cannot call tools', async () => {
    const own = { type: 'code_execution_20260521', name: 'code_execution' };
    expect(await sent([TOOL], { tools: [own] })).toEqual([
      ['sales', ['code_execution_20260521'], undefined],
      ['code_execution_20260521', undefined, undefined],
    ]);
  });

  it.each<[string, readonly ToolSpec[], object | undefined]>([
    ['in `extra`', [TOOL], { tools: [{ type: 'code_execution_20250522', name: 'code_execution' }] }],
    ['of the application', [TOOL, { ...TOOL, name: 'code_execution', callers: undefined }], undefined],
  ])(
    'are called by the model if another tool %s has the name of the program tool',
    async (_name, tools, extra) => {
      const { model, bodies } = world({ contents: [] });
      const { warnings } = await model.generate({
        messages: [user('go')],
        tools,
        ...(extra && { extra: { anthropic: extra } }),
      });
      expect(bodies[0]?.tools?.map(({ name }) => name)).toEqual(['sales', 'code_execution']);
      expect(bodies[0]?.tools?.[0]).not.toHaveProperty('allowed_callers');
      expect(warnings).toMatchObject([{ action: 'coerced', what: 'callers of sales' }]);
    },
  );

  it('with a recursive schema are called by the model, because the API rejects them for programs', async () => {
    const node = { type: 'object', properties: { child: { $ref: '#' } } } as const;
    const tree = { ...TOOL, name: 'tree', parameters: node };
    expect(await sent([TOOL, tree])).toEqual([
      ['code_execution_20260120', undefined, undefined],
      ['sales', ['code_execution_20260120'], undefined],
      ['tree', undefined, undefined],
    ]);
    const { model, bodies } = world({ contents: [] });
    const { warnings } = await model.generate({ messages: [user('go')], tools: [tree] });
    expect(bodies[0]?.tools?.map(({ name }) => name)).toEqual(['tree']);
    expect(warnings.filter(({ what }) => what.startsWith('callers'))).toMatchObject([
      { action: 'coerced', what: 'callers of tree' },
    ]);
  });

  it.each<[string, AnthropicOptions, string]>([
    ['Vertex', { vendor: 'google-vertex-anthropic' }, 'anthropic/claude-opus-4-8'],
    ['a model that writes no programs', {}, 'anthropic/claude-haiku-4-5'],
  ])('are called by the model itself at %s, with a warning', async (_name, options, spec) => {
    const bodies: Body[] = [];
    const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
      bodies.push(JSON.parse(String(init?.body)) as Body);
      return Promise.resolve(bodyOf([{ type: 'text', text: 'ok' }]));
    };
    const majordomo = createMajordomo({ providers: [createAnthropic({ apiKey: 'k', fetch, ...options })] });
    const { warnings } = await majordomo.model(spec).generate({ messages: [user('go')], tools: [TOOL] });
    expect(warnings).toMatchObject([{ action: 'coerced', what: 'callers of sales' }]);
    expect(bodies[0]?.tools?.map((tool) => [tool['name'], tool['allowed_callers']])).toEqual([
      ['sales', undefined],
    ]);
  });

  it('lose their callers if the API rejects them', async () => {
    const { ask, bodies } = world({
      contents: [],
      rejects: ({ tools }) =>
        tools?.some(({ allowed_callers }) => allowed_callers !== undefined) === true
          ? 'tools.1.custom.allowed_callers: Extra inputs are not permitted'
          : undefined,
    });
    const { warnings } = await ask([user('go')]);
    expect(warnings).toMatchObject([
      { action: 'repaired', what: expect.stringContaining('callers of tools') },
    ]);
    expect(bodies.map(({ tools }) => tools?.length)).toEqual([2, 1]);
  });
});

describe('a program that cannot continue', () => {
  it('is dropped after its container expired, and the repaired request is sent once', async () => {
    const { ask, bodies } = world({
      contents: [PROGRAM[0] ?? [], [{ type: 'text', text: 'I start again.' }]],
      rejects: ({ container }) =>
        container === undefined ? undefined : 'container: Container container_1 has expired',
    });
    const first = await ask([user('go')]);
    vi.setSystemTime(NOW + 600_000);
    const second = await ask([user('go'), first.message, results(first)]);
    expect(bodies.map(({ container }) => container)).toEqual([undefined, 'container_1', undefined]);
    expect(second.warnings).toMatchObject([
      { action: 'repaired', what: expect.stringContaining('vendor parts dropped') },
    ]);
    expect(typesOf(bodies[2])).toEqual([['text'], ['text', 'tool_use'], ['tool_result']]);
    expect(bodies[2]?.messages[1]?.content[1]).not.toHaveProperty('caller');
    expect(second.text).toBe('I start again.');
  });

  it('is dropped if a message of the user follows its calls', async () => {
    const { ask, bodies } = world();
    const first = await ask([user('go')]);
    const { warnings } = await ask([user('go'), first.message, results(first), user('Stop.')]);
    expect(warnings).toMatchObject([{ action: 'dropped', what: 'programs that cannot continue' }]);
    expect(typesOf(bodies[1])).toEqual([['text'], ['text', 'tool_use'], ['tool_result', 'text']]);
    expect(bodies[1]?.messages[1]?.content[1]).not.toHaveProperty('caller');
  });

  it('is dropped if the conversation continued without its output', async () => {
    const { ask, bodies } = world();
    const first = await ask([user('go')]);
    await ask([user('go'), first.message, results(first), assistant('I give up.'), user('Why?')]);
    expect(typesOf(bodies[1])).toEqual([['text'], ['text', 'tool_use'], ['tool_result'], ['text'], ['text']]);
  });

  it('is dropped if the transcript lacks its code', async () => {
    const { ask, bodies } = world();
    const first = await ask([user('go')]);
    const second = await ask([user('go'), first.message, results(first)]);
    await ask([user('go'), second.message, results(second)]);
    expect(bodies[2]?.messages[1]?.content[0]).not.toHaveProperty('caller');
  });
});

describe('a program that waits', () => {
  it.each<[string, string, readonly ToolSpec[]]>([
    ['a model that runs none', 'anthropic/claude-haiku-4-5', [TOOL]],
    ['a request without its tool', 'anthropic/claude-opus-4-8', []],
  ])('is dropped for %s, and its calls remain', async (_name, spec, tools) => {
    const { ask, bodies, majordomo } = world();
    const first = await ask([user('go')]);
    const messages = [user('go'), first.message, results(first)];
    const { warnings } = await majordomo.model(spec).generate({ messages, tools });
    expect(typesOf(bodies[1])).toEqual([['text'], ['text', 'tool_use'], ['tool_result']]);
    expect(bodies[1]?.messages[1]?.content[1]).not.toHaveProperty('caller');
    expect(bodies[1]).not.toHaveProperty('container');
    expect(warnings.map(({ what }) => what)).toContain('programs that cannot continue');
  });

  it('is dropped if the stream ended before its container arrived', async () => {
    const { ask, bodies } = world();
    const first = await ask([user('go')]);
    const parts = first.message.parts.filter((part) => part.type !== 'vendor' || part.kind !== 'container');
    await ask([user('go'), assistant(parts), results(first)]);
    expect(typesOf(bodies[1])).toEqual([['text'], ['text', 'tool_use'], ['tool_result']]);
  });

  it('loses only its container if the API does not have it after a message of the user', async () => {
    const search = { type: 'server_tool_use', id: 'srvtoolu_9', name: 'web_search', input: { query: 'q' } };
    const found = { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_9', content: [] };
    const { ask, bodies } = world({
      contents: [[search, found, CODE, call('toolu_1')]],
      rejects: ({ container }) => (container === undefined ? undefined : 'container: not found'),
    });
    const first = await ask([user('go')]);
    const { warnings } = await ask([user('go'), first.message, results(first), user('Stop.')]);
    expect(typesOf(bodies[2])?.[1]).toEqual(['server_tool_use', 'web_search_tool_result', 'tool_use']);
    expect(warnings.filter(({ action }) => action === 'repaired')).toMatchObject([
      { what: expect.stringContaining('container of the conversation') },
    ]);
  });
});

describe('a program that the API paused before its first call', () => {
  const paused = async (spec: string, tools: readonly ToolSpec[], extra?: object) => {
    const { ask, bodies, majordomo } = world({ contents: [[{ type: 'text', text: 'I write it.' }, CODE]] });
    const first = await ask([user('go')]);
    const messages = [user('go'), first.message];
    const { warnings } = await majordomo
      .model(spec)
      .generate({ messages, tools, ...(extra && { extra: { anthropic: extra } }) });
    return { types: typesOf(bodies[1]), warnings: warnings.map(({ what }) => what) };
  };

  it.each<[string, readonly ToolSpec[], object | undefined]>([
    ['the same tools', [TOOL], undefined],
    ['another tool of the vendor', [], { tools: [{ type: 'web_search_20260209', name: 'web_search' }] }],
  ])('continues with %s', async (_name, tools, extra) => {
    const { types, warnings } = await paused('anthropic/claude-opus-4-8', tools, extra);
    expect(types).toEqual([['text'], ['text', 'server_tool_use']]);
    expect(warnings).toEqual([]);
  });

  it('is dropped for a request without a tool of the vendor', async () => {
    const { types, warnings } = await paused('anthropic/claude-haiku-4-5', [TOOL]);
    expect(types).toEqual([['text'], ['text']]);
    expect(warnings).toContain('programs that cannot continue');
  });

  it('is followed by a request to continue if the model accepts no prefill', async () => {
    const { types, warnings } = await paused('anthropic/claude-opus-4-8', []);
    expect(types).toEqual([['text'], ['text'], ['text']]);
    expect(warnings).toEqual(['programs that cannot continue', 'continuation of a paused turn']);
  });
});

it('the code of a program whose stream ended before its calls is not sent', async () => {
  const { ask, bodies } = world();
  const first = await ask([user('go')]);
  const cut = assistant(first.message.parts.slice(0, 2));
  await ask([user('go'), cut, user('Go on.')]);
  expect(typesOf(bodies[1])).toEqual([['text'], ['text'], ['text']]);
});

it('the output of a program is not sent without its code', async () => {
  const { ask, bodies } = world();
  const { messages } = await converse(ask);
  await ask([user('go'), ...messages.slice(-1), user('And?')]);
  expect(typesOf(bodies.at(-1))).toEqual([['text'], ['text'], ['text']]);
});

it('a tool of the vendor that a dropped program called is dropped with it', async () => {
  const search = { type: 'server_tool_use', id: 's', name: 'web_search', input: {}, caller: CALLER };
  const found = { type: 'web_search_tool_result', tool_use_id: 's', content: [], caller: CALLER };
  const { ask, bodies } = world({ contents: [[CODE, search, found, call('toolu_1')]] });
  const first = await ask([user('go')]);
  await ask([user('go'), first.message, results(first), user('Stop.')]);
  expect(typesOf(bodies[1])).toEqual([['text'], ['tool_use'], ['tool_result', 'text']]);
});

it('a program that has its output is sent unchanged with later messages', async () => {
  const { ask, bodies } = world();
  const { messages } = await converse(ask);
  vi.setSystemTime(NOW + 600_000);
  const { warnings } = await ask([...messages, user('And the average?')]);
  expect(typesOf(bodies[4])?.at(-2)).toEqual(['code_execution_tool_result', 'text']);
  expect(bodies[4]?.messages.slice(0, 7)).toEqual(bodies[3]?.messages);
  expect(bodies[4]?.container).toBeUndefined();
  expect(warnings).toMatchObject([{ action: 'dropped', what: 'container of the conversation' }]);
});

it('a failed result of a program contains only text', async () => {
  const { ask, bodies } = world();
  const first = await ask([user('go')]);
  const image = { type: 'image', mediaType: 'image/png', bytes: new Uint8Array([1]) } as const;
  const content = [{ type: 'text', text: 'failed' } as const, image];
  const failed = toolResult({ callId: 'toolu_1', name: 'sales', content, isError: true });
  const { warnings } = await ask([user('go'), first.message, failed]);
  expect(warnings).toMatchObject([{ action: 'dropped', what: 'media of failed results' }]);
  expect(bodies[1]?.messages[2]?.content.map(({ type }) => type)).toEqual(['tool_result']);
});

it('a failed result of the model contains only text in a message that answers a program', async () => {
  const direct = { type: 'tool_use', id: 'toolu_9', name: 'sales', input: {} };
  const { ask, bodies } = world({ contents: [[CODE, call('toolu_1'), direct]] });
  const first = await ask([user('go')]);
  const image = { type: 'image', mediaType: 'image/png', bytes: new Uint8Array([1]) } as const;
  const failed = toolResult({ callId: 'toolu_9', name: 'sales', content: [image], isError: true });
  const done = toolResult({ callId: 'toolu_1', name: 'sales', content: '1' });
  await ask([user('go'), first.message, done, failed]);
  expect(typesOf(bodies[1])?.[2]).toEqual(['tool_result', 'tool_result']);
});
