import {
  assistant,
  createMajordomo,
  toolResult,
  user,
  type AssistantMessage,
  type ChatResponse,
  type JsonObject,
  type Message,
  type ToolMessage,
  type ToolSpec,
} from '@majordomo/core';
import { sseEvent } from '@majordomo/core/toolkit';
import { describe, expect, it } from 'vitest';
import { azureResponses, createOpenAI, openaiCompatible } from '../src/index.ts';

interface Item {
  readonly type?: string;
  readonly [member: string]: unknown;
}
interface Body {
  readonly store?: boolean;
  readonly stream?: boolean;
  readonly tools?: readonly Item[];
  readonly input: readonly Item[];
}

const TOOL: ToolSpec = {
  name: 'sales',
  description: 'Sales of a region',
  parameters: { type: 'object', properties: { region: { type: 'string' } }, required: ['region'] },
  callers: ['program'],
};

const CALLER = { type: 'program', caller_id: 'prog_1' };
const PROGRAM = {
  type: 'program',
  id: 'p_1',
  call_id: 'prog_1',
  code: 'for (const r of regions) await tools.sales({ region: r })',
  fingerprint: 'opaque+/=',
};
const OUTPUT: Item = {
  type: 'program_output',
  id: 'po_1',
  call_id: 'prog_1',
  result: '6',
  status: 'completed',
};
const call = (id: string): Item => ({
  type: 'function_call',
  id: `fc_${id}`,
  call_id: id,
  name: 'sales',
  arguments: `{"region":"${id}"}`,
  caller: CALLER,
  status: 'in_progress',
});
const ANSWER: Item = {
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'The sum is 6.', annotations: [] }],
};
/** Outputs of the responses of a program that makes two calls at once, and then one. */
const OUTPUTS: readonly (readonly Item[])[] = [
  [PROGRAM, call('call_1'), call('call_2')],
  [call('call_3')],
  [OUTPUT, ANSWER],
];

interface WorldOptions {
  readonly outputs?: readonly (readonly Item[])[];
  /** Returns the message of an error with status 400 instead of a response. */
  readonly rejects?: (body: Body) => string | undefined;
}

/** Returns a `fetch` that answers with `outputs` in order, and the bodies that it received. */
function server({ outputs = OUTPUTS, rejects }: WorldOptions = {}) {
  const bodies: Body[] = [];
  let answered = 0;
  const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
    const body = JSON.parse(String(init?.body)) as Body;
    bodies.push(body);
    const message = rejects?.(body);
    if (message !== undefined)
      return Promise.resolve(
        Response.json({ error: { message, type: 'invalid_request_error', param: null } }, { status: 400 }),
      );
    const output = outputs[answered++] ?? [ANSWER];
    const response = { id: `resp_${answered}`, object: 'response', model: 'gpt-6-astra' };
    const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
    const complete = { ...response, status: 'completed', output, usage };
    if (body.stream !== true) return Promise.resolve(Response.json(complete));
    const events = [
      { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
      ...output.flatMap((item, index) => {
        const { caller: _caller, ...opening } = item;
        return [
          { type: 'response.output_item.added', output_index: index, item: opening },
          { type: 'response.output_item.done', output_index: index, item },
        ];
      }),
      { type: 'response.completed', response: complete },
    ];
    const text = events.map((event) => sseEvent(JSON.stringify(event), event.type)).join('');
    return Promise.resolve(new Response(text, { headers: { 'content-type': 'text/event-stream' } }));
  };
  return { fetch, bodies };
}

const results = ({ toolCalls }: ChatResponse): ToolMessage => ({
  role: 'tool',
  parts: toolCalls.flatMap(
    ({ id, name }) => toolResult({ callId: id, name, content: `result of ${id}` }).parts,
  ),
});

describe.each([
  ['a complete response', false],
  ['a stream', true],
])('a program in %s', (_name, isStreamed) => {
  it('receives the results of its calls, and its fingerprint returns unchanged', async () => {
    const { fetch, bodies } = server();
    const majordomo = createMajordomo({ providers: [createOpenAI({ apiKey: 'k', fetch })] });
    const model = majordomo.model('openai/gpt-6-astra');
    const messages: Message[] = [user('Sum the sales.')];
    const responses: ChatResponse[] = [];
    for (let turn = 0; turn < OUTPUTS.length; turn++) {
      const request = { messages, tools: [TOOL] };
      const response = await (isStreamed ? model.stream(request).response() : model.generate(request));
      responses.push(response);
      messages.push(response.message);
      if (response.toolCalls.length > 0) messages.push(results(response));
    }
    expect(responses.map(({ toolCalls }) => toolCalls.map(({ id, programId }) => [id, programId]))).toEqual([
      [
        ['call_1', 'prog_1'],
        ['call_2', 'prog_1'],
      ],
      [['call_3', 'prog_1']],
      [],
    ]);
    expect(responses.at(-1)?.text).toBe('The sum is 6.');
    expect(responses.flatMap(({ warnings }) => warnings)).toEqual([]);
    const last = bodies.at(-1);
    expect(last?.store).toBe(false);
    expect(last?.input.slice(1)).toMatchObject([
      PROGRAM,
      { type: 'function_call', call_id: 'call_1', caller: CALLER },
      { type: 'function_call', call_id: 'call_2', caller: CALLER },
      { type: 'function_call_output', call_id: 'call_1', caller: CALLER },
      { type: 'function_call_output', call_id: 'call_2', caller: CALLER },
      { type: 'function_call', call_id: 'call_3', caller: CALLER },
      { type: 'function_call_output', call_id: 'call_3', caller: CALLER },
    ]);
    expect(last?.input[1]).toEqual(PROGRAM);
  });
});

describe('the tools of a request with programs', () => {
  const withTools = (provider: ReturnType<typeof createOpenAI>) =>
    createMajordomo({ providers: [provider] })
      .model(`${provider.id}/gpt-6-astra`)
      .generate({
        messages: [user('go')],
        tools: [
          TOOL,
          { ...TOOL, name: 'both', callers: ['program', 'model'] },
          { ...TOOL, name: 'plain', callers: ['model'] },
        ],
      });
  const callersOf = (body: Body | undefined) =>
    body?.tools?.map(({ type, name, allowed_callers: callers, strict }) => [name ?? type, callers, strict]);
  const DIRECT = [
    ['sales', undefined, true],
    ['both', undefined, true],
    ['plain', undefined, true],
  ];

  it('begin with the tool that runs programs', async () => {
    const { fetch, bodies } = server({ outputs: [] });
    await withTools(createOpenAI({ apiKey: 'k', fetch }));
    expect(callersOf(bodies[0])).toEqual([
      ['programmatic_tool_calling', undefined, undefined],
      ['sales', ['programmatic'], true],
      ['both', ['direct', 'programmatic'], true],
      ['plain', undefined, true],
    ]);
  });

  it('are called by the model itself at Azure, with one warning', async () => {
    const { fetch, bodies } = server({ outputs: [] });
    const provider = openaiCompatible(azureResponses({ resource: 'r' }), { apiKey: 'k', fetch });
    const { warnings } = await withTools(provider);
    expect(warnings).toMatchObject([{ action: 'coerced', what: 'callers of sales, both' }]);
    expect(callersOf(bodies[0])).toEqual(DIRECT);
  });

  it('lose their callers if the API rejects them', async () => {
    const { fetch, bodies } = server({
      outputs: [],
      rejects: ({ tools = [] }) =>
        tools.some(({ type }) => type === 'programmatic_tool_calling')
          ? "Tool 'programmatic_tool_calling' is not supported with gpt-6-astra."
          : undefined,
    });
    const { warnings } = await withTools(createOpenAI({ apiKey: 'k', fetch }));
    expect(warnings).toMatchObject([
      { action: 'repaired', what: expect.stringContaining('callers of tools') as string },
    ]);
    expect(callersOf(bodies[1])).toEqual(DIRECT);
  });
});

describe('a program that cannot continue', () => {
  /** Returns the input of the request with these messages, after a first request that starts a program with two calls. */
  async function inputAfter(
    spec: string,
    edit: (first: ChatResponse) => readonly Message[],
    tools: readonly ToolSpec[] = [TOOL],
  ) {
    const { fetch, bodies } = server();
    const majordomo = createMajordomo({ providers: [createOpenAI({ apiKey: 'k', fetch })] });
    const first = await majordomo
      .model('openai/gpt-6-astra')
      .generate({ messages: [user('go')], tools: [TOOL] });
    const { warnings } = await majordomo.model(spec).generate({ messages: edit(first), tools });
    return { input: bodies.at(-1)?.input, warnings: warnings.map(({ what }) => what) };
  }
  const waiting = (first: ChatResponse): readonly Message[] => [user('go'), first.message, results(first)];
  const interrupted = (first: ChatResponse): readonly Message[] => [...waiting(first), user('And?')];
  const continued = (first: ChatResponse): readonly Message[] => [
    ...interrupted(first),
    assistant('Another vendor answers.'),
    user('Why?'),
  ];
  const withoutCode = (first: ChatResponse): readonly Message[] => [
    user('go'),
    assistant(first.message.parts.filter(({ type }) => type !== 'vendor')),
    results(first),
  ];

  it.each<[string, string, (first: ChatResponse) => readonly Message[], readonly ToolSpec[]]>([
    ['a model that runs none', 'openai/gpt-5.1', waiting, [TOOL]],
    ['a request without its tool', 'openai/gpt-6-astra', waiting, []],
    ['a transcript without its code', 'openai/gpt-6-astra', withoutCode, [TOOL]],
    ['a request without its tool after a message', 'openai/gpt-6-astra', interrupted, []],
    ['a conversation that another vendor continued', 'openai/gpt-6-astra', continued, [TOOL]],
  ])('is dropped for %s, and its calls and results remain', async (_name, spec, edit, tools) => {
    const { input, warnings } = await inputAfter(spec, edit, tools);
    expect(input?.map(({ type }) => type).slice(0, 5)).toEqual([
      'message',
      'function_call',
      'function_call',
      'function_call_output',
      'function_call_output',
    ]);
    expect(JSON.stringify(input)).not.toContain('caller');
    expect(warnings).toContain('programs that cannot continue');
  });

  it('is dropped if only its output remains', async () => {
    const output = (first: ChatResponse): AssistantMessage => ({
      role: 'assistant',
      parts: first.message.parts.flatMap((part) =>
        part.type === 'vendor'
          ? [{ ...part, replay: { ...part.replay, data: { item: OUTPUT as JsonObject } } }]
          : [],
      ),
    });
    const { input } = await inputAfter('openai/gpt-6-astra', (first) => [
      user('go'),
      output(first),
      user('And?'),
    ]);
    expect(input?.map(({ type }) => type)).toEqual(['message', 'message']);
  });
});

it('the results of a program that waited are sent without their caller after the program was dropped', async () => {
  const { fetch, bodies } = server();
  const majordomo = createMajordomo({ providers: [createOpenAI({ apiKey: 'k', fetch })] });
  const ask = (spec: string, messages: readonly Message[]) =>
    majordomo.model(spec).generate({ messages, tools: [TOOL] });
  const first = await ask('openai/gpt-6-astra', [user('go')]);
  const messages = [user('go'), first.message, results(first)];
  // Requests of a model share the converted messages.
  await ask('openai/gpt-6-astra', messages);
  await ask('openai/gpt-5.1', messages);
  await ask('openai/gpt-6-astra', messages);
  const callers = bodies
    .slice(1)
    .map(({ input }) => input.filter(({ caller }) => caller !== undefined).length);
  expect(callers).toEqual([4, 0, 4]);
});

it('the results of a program are sent without their caller after the API rejected its reasoning', async () => {
  const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'e' };
  let isRejected = false;
  const { fetch, bodies } = server({
    outputs: [[reasoning, PROGRAM, call('call_1')]],
    rejects: ({ input }) =>
      isRejected && input.some(({ type }) => type === 'reasoning')
        ? 'The encrypted content e could not be verified.'
        : undefined,
  });
  const model = createMajordomo({ providers: [createOpenAI({ apiKey: 'k', fetch })] }).model(
    'openai/gpt-6-astra',
  );
  const first = await model.generate({ messages: [user('go')], tools: [TOOL] });
  const messages = [user('go'), first.message, results(first)];
  await model.generate({ messages, tools: [TOOL] });
  isRejected = true;
  const { warnings } = await model.generate({ messages, tools: [TOOL] });
  expect(warnings).toMatchObject([{ action: 'repaired', what: 'earlier reasoning not sent back' }]);
  expect(bodies.at(-1)?.input.map(({ type, caller }) => [type, caller])).toEqual([
    ['message', undefined],
    ['function_call', undefined],
    ['function_call_output', undefined],
  ]);
});

it('the tool that runs programs is sent once if `extra` contains it', async () => {
  const { fetch, bodies } = server();
  const majordomo = createMajordomo({ providers: [createOpenAI({ apiKey: 'k', fetch })] });
  await majordomo.model('openai/gpt-6-astra').generate({
    messages: [user('go')],
    tools: [TOOL],
    extra: { openai: { tools: [{ type: 'programmatic_tool_calling' }] } },
  });
  expect(bodies[0]?.tools?.map(({ type }) => type)).toEqual(['function', 'programmatic_tool_calling']);
});
