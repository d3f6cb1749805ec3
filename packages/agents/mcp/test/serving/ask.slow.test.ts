import { createAgent, defineTool, type Tool, type ToolContext } from '@majordomo/agent';
import { MissingRequiredClientCapabilityError } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ask, serveMcp, type McpOptions, type McpQuestion, type ServeOptions } from '../../src/index.ts';
import { modelOf, officialClient } from '../support/in-process.ts';
import { closing, rejection, run, testToolbox } from '../support/world.ts';

const SECRET = 'a secret of at least thirty-two bytes';
const BOOK = { toolCalls: [{ id: 'c1', name: 'book', args: { flight: 'LH1' } }] };
const SEAT = z.object({ seat: z.enum(['1A', '1B', '2A']).default('1A') });

/** Tool that asks for a seat, and then for meals. `keys`: value of `context.key` in each run. */
function bookTool(count: 1 | 2 | 3, keys: string[] = [], more: Partial<Tool> = {}): Tool {
  const book = defineTool({
    name: 'book',
    description: 'Books a seat',
    parameters: z.object({ flight: z.string() }),
    async run({ flight }, context) {
      keys.push(context.key);
      const seat = await ask(context, { message: `Which seat on ${flight}?`, schema: SEAT });
      if (seat.action !== 'accept') return `no seat: ${seat.action}`;
      const meals: string[] = [];
      for (let meal = 1; meal < count; meal++) {
        const answer = await ask(context, {
          message: `Meal ${meal}?`,
          schema: z.object({ meal: z.string() }),
        });
        if (answer.action === 'accept') meals.push(answer.content.meal);
      }
      return { flight, seat: seat.content.seat, meals };
    },
  });
  return { ...book, ...more };
}

function serverOf(tools: readonly Tool[], options: Partial<ServeOptions> = {}) {
  return closing(serveMcp({ name: 'flights', version: '1', tools, sessions: 10, ...options }));
}

/** Connects a client to processes of a server, which receive the requests in turn. */
async function connected(servers: readonly ReturnType<typeof serveMcp>[], options: Partial<McpOptions> = {}) {
  let count = 0;
  const bodies: Record<string, unknown>[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    if (typeof init?.body === 'string') bodies.push(JSON.parse(init.body) as Record<string, unknown>);
    count += 1;
    const server = servers[count % servers.length];
    return server?.fetch(new Request(input, init)) ?? Promise.reject(new Error('no server'));
  };
  const place = { url: 'http://localhost/mcp', fetch };
  const box = await testToolbox({ name: 'f', prefix: '', place, approve: 'none', ...options });
  return { box, bodies };
}

const answering =
  (questions: McpQuestion[], ...contents: readonly object[]): NonNullable<McpOptions['onElicit']> =>
  (question) => {
    questions.push(question);
    return { action: 'accept', content: (contents[questions.length - 1] ?? {}) as never };
  };

describe.each([['2025'], ['auto']] as const)('`ask` in a tool for clients of %s', (protocol) => {
  it.each([1, 2, 3] as const)('asks %i questions, and continues with the answers', async (count) => {
    const keys: string[] = [];
    const questions: McpQuestion[] = [];
    const onElicit = answering(questions, { seat: '2A' }, { meal: 'rice' }, { meal: 'soup' });
    const { box } = await connected([serverOf([bookTool(count, keys)])], { protocol, onElicit });
    const [result] = (await run(box, 'book', { flight: 'LH1' })) as [{ text: string }];
    expect(JSON.parse(result.text)).toEqual({
      flight: 'LH1',
      seat: '2A',
      meals: ['rice', 'soup'].slice(0, count - 1),
    });
    expect(questions).toHaveLength(count);
    expect(questions[0]).toMatchObject({ mode: 'form', message: 'Which seat on LH1?' });
    expect(keys).toHaveLength(count + 1);
    expect(new Set(keys).size).toBe(1);
  });

  it.each(['decline', 'cancel'] as const)('returns %s of the user', async (action) => {
    const { box } = await connected([serverOf([bookTool(1)])], { protocol, onElicit: () => ({ action }) });
    expect(await run(box, 'book', { flight: 'LH1' })).toEqual([{ type: 'text', text: `no seat: ${action}` }]);
  });

  it('asks for an approval first, once', async () => {
    const questions: McpQuestion[] = [];
    const onElicit = answering(questions, {}, { seat: '1B' });
    const tool = bookTool(1, [], { approval: true });
    const { box } = await connected([serverOf([tool])], { protocol, onElicit });
    expect(JSON.stringify(await run(box, 'book', { flight: 'LH1' }))).toContain('1B');
    expect(questions.map(({ message }) => message)).toEqual([
      'May book run with {"flight":"LH1"}?',
      'Which seat on LH1?',
    ]);
  });

  it('fails for a client that cannot ask', async () => {
    const { box } = await connected([serverOf([bookTool(1)])], { protocol });
    expect(String(await rejection(run(box, 'book', { flight: 'LH1' })))).toContain(
      'the MCP client cannot ask its user',
    );
  });

  it('finds the answers of questions with keys, in any order', async () => {
    let isReversed = false;
    const tool = defineTool({
      name: 'book',
      description: 'Asks two questions',
      parameters: z.object({}),
      async run(_args, context) {
        const schema = z.object({ word: z.string() });
        const keys = isReversed ? ['meal', 'seat'] : ['seat', 'meal'];
        isReversed = true;
        const answers = await Promise.all(
          keys.map((key) => ask(context, { key, message: `Which ${key}?`, schema })),
        );
        return answers.map(
          (answer, at) => `${keys[at]}: ${answer.action === 'accept' ? answer.content.word : ''}`,
        );
      },
    });
    const onElicit = (question: McpQuestion) =>
      ({ action: 'accept', content: { word: question.message } }) as const;
    const { box } = await connected([serverOf([tool])], { protocol, onElicit });
    const [{ text }] = (await run(box, 'book')) as [{ text: string }];
    expect(JSON.parse(text)).toEqual(['meal: Which meal?', 'seat: Which seat?']);
  });

  it('asks questions of one moment together', async () => {
    const both = defineTool({
      name: 'both',
      description: 'Asks two questions',
      parameters: z.object({}),
      async run(_args, context) {
        const schema = z.object({ word: z.string() });
        const answers = await Promise.all([
          ask(context, { message: 'First?', schema }),
          ask(context, { message: 'Second?', schema }),
        ]);
        return answers.map((answer) => (answer.action === 'accept' ? answer.content.word : '')).join(' ');
      },
    });
    const onElicit = (question: McpQuestion) =>
      ({ action: 'accept', content: { word: question.message } }) as const;
    const { box } = await connected([serverOf([both])], { protocol, onElicit });
    expect(await run(box, 'both')).toEqual([{ type: 'text', text: 'First? Second?' }]);
  });
});

it('pauses a run of the client, which continues with the answer', async () => {
  const { box } = await connected([serverOf([bookTool(1)])], { suspend: ['elicitation'] });
  const { model } = modelOf([BOOK, 'Done.']);
  const agent = createAgent({ model, toolboxes: [box] });
  const paused = await agent.run('Book');
  const { state, decisions } = await box.settle(paused.state, {
    c1: { action: 'accept', content: { seat: '2A' } },
  });
  expect(JSON.stringify(decisions)).toContain('2A');
  expect((await agent.run(state, { decisions })).text).toBe('Done.');
});

/** Connects the SDK's client, which answers questions with raw requests. */
async function rawClient(tools: readonly Tool[], capabilities = { elicitation: {} }) {
  const server = serverOf(tools, { sessions: 0, secret: SECRET });
  const client = await officialClient(server, 'auto', { capabilities });
  return (params: object): Promise<Readonly<Record<string, unknown>>> =>
    client.callTool({ name: 'book', arguments: { flight: 'LH1' }, ...params }, { allowInputRequired: true });
}

const q1 = (content: object) => ({ q1: { action: 'accept', content } });

describe('the state of `ask`', () => {
  it.each<[string, (state: string) => object]>([
    ['changed', (state) => ({ requestState: `${state.slice(0, -2)}AA` })],
    ['invented', () => ({ requestState: 'v1.e30.AAAA' })],
    ['of other arguments', (requestState) => ({ requestState, arguments: { flight: 'LH2' } })],
    ['of another tool', (requestState) => ({ requestState, name: 'other' })],
  ])('that is %s is refused, and the tool does not run', async (_what, change) => {
    const keys: string[] = [];
    const other = { ...bookTool(1, keys), name: 'other' };
    const call = await rawClient([bookTool(1, keys), other]);
    const { requestState } = await call({});
    const runs = keys.length;
    const error = await rejection(
      call({ inputResponses: q1({ seat: '1A' }), ...change(String(requestState)) }),
    );
    expect(error).toMatchObject({ code: -32_602 });
    expect(keys).toHaveLength(runs);
  });

  it('contains no reply to a question that was not asked', async () => {
    const call = await rawClient([bookTool(2)]);
    const first = await call({});
    const inputResponses = { ...q1({ seat: '1A' }), q2: { action: 'accept', content: { meal: 'forged' } } };
    const second = await call({ requestState: first['requestState'], inputResponses });
    expect(second['inputRequests']).toMatchObject({ q2: { params: { message: 'Meal 1?' } } });
  });

  it('asks once more for an answer that does not match, and then cancels', async () => {
    const call = await rawClient([bookTool(1)]);
    const first = await call({});
    const inputResponses = q1({ seat: '9Z' });
    const second = await call({ requestState: first['requestState'], inputResponses });
    expect(second['inputRequests']).toMatchObject({ q1: { params: { message: 'Which seat on LH1?' } } });
    const third = await call({ requestState: second['requestState'], inputResponses });
    expect(third['content']).toEqual([{ type: 'text', text: 'no seat: cancel' }]);
  });

  it('adds the defaults of the form', async () => {
    const call = await rawClient([bookTool(1)]);
    const { requestState } = await call({});
    expect(JSON.stringify(await call({ requestState, inputResponses: q1({}) }))).toContain('1A');
  });

  it('is not created for a client without elicitation, which receives −32021', async () => {
    const call = await rawClient([bookTool(1)], {} as never);
    expect(await rejection(call({}))).toMatchObject({ code: -32_021 });
  });
});

it('an error of the protocol that a tool throws is the error of the call, and any other error a result', async () => {
  const failing = (name: string, error: Error): Tool =>
    defineTool({ name, description: 'x', parameters: z.object({}), run: () => Promise.reject(error) });
  const missing = new MissingRequiredClientCapabilityError({ requiredCapabilities: { sampling: {} } });
  const tools = [failing('sampled', missing), failing('broken', new Error('disk full'))];
  const { box } = await connected([serverOf(tools)]);
  expect(await rejection(run(box, 'sampled'))).toMatchObject({
    message: expect.stringContaining('sampling') as string,
  });
  expect(JSON.stringify(await run(box, 'broken').catch(String))).toContain('disk full');
});

it('aborts the run that waits for an answer', async () => {
  const signals: AbortSignal[] = [];
  const tool = bookTool(1);
  const watched: Tool = {
    ...tool,
    run: (args, context: ToolContext) => {
      signals.push(context.signal);
      return tool.run(args, context);
    },
  };
  const call = await rawClient([watched]);
  await call({});
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});

it('rejects in an agent, and without a client', async () => {
  const { model, requests } = modelOf([BOOK, 'Done.']);
  const agent = createAgent({ model, tools: [bookTool(1)] });
  const agents = [{ name: 'clerk', description: 'Clerk', agent }];
  const { box } = await connected([serverOf([], { agents })], { onElicit: () => ({ action: 'cancel' }) });
  expect(await run(box, 'clerk', { task: 'Book' })).toEqual([{ type: 'text', text: 'Done.' }]);
  expect(JSON.stringify(requests[1]?.request.messages)).toContain('no MCP client called this tool');
});

it.each<[string, object]>([
  ['message', { message: '', schema: SEAT }],
  ['key', { key: 'approve', message: 'Which?', schema: SEAT }],
  ['key', { key: 'a seat', message: 'Which?', schema: SEAT }],
  ['schema.properties.list', { message: 'Which?', schema: z.object({ list: z.array(z.string()) }) }],
  ['schema.properties.inner', { message: 'Which?', schema: z.object({ inner: z.object({}) }) }],
])('rejects a question with an invalid %s', async (path, question) => {
  const tool = defineTool({
    name: 'book',
    description: 'x',
    parameters: z.object({}),
    run: (_args, context) => ask(context, question as never).then(() => 'asked'),
  });
  const { box } = await connected([serverOf([tool])], { onElicit: () => ({ action: 'cancel' }) });
  expect(String(await rejection(run(box, 'book')))).toContain(`ask: ${path}`);
});

it('rejects two questions with one key', async () => {
  const tool = defineTool({
    name: 'book',
    description: 'x',
    parameters: z.object({}),
    async run(_args, context) {
      const question = { key: 'seat', message: 'Which?', schema: SEAT };
      await Promise.all([ask(context, question), ask(context, question)]);
      return 'asked';
    },
  });
  const { box } = await connected([serverOf([tool])], { onElicit: () => ({ action: 'cancel' }) });
  expect(String(await rejection(run(box, 'book')))).toContain('a call has two questions "seat"');
});

it('asks from a prompt', async () => {
  const server = serverOf([], {
    prompts: [
      {
        name: 'letter',
        async messages(_args, io) {
          const answer = await ask(io, { message: 'To whom?', schema: z.object({ name: z.string() }) });
          return `Write to ${answer.action === 'accept' ? answer.content.name : 'nobody'}.`;
        },
      },
    ],
  });
  const { box } = await connected([server], { onElicit: answering([], { name: 'Ann' }) });
  expect(JSON.stringify(await box.prompt('letter'))).toContain('Write to Ann.');
});

describe('the approval of a served tool', () => {
  const accepted = { approve: { action: 'accept', content: {} } };
  const wipeTool = (wiped: unknown[]): Tool =>
    defineTool({
      name: 'book',
      description: 'Wipes',
      parameters: { type: 'object' },
      approval: true,
      run: (args: unknown) => (wiped.push(args), 'wiped'),
    });

  it('runs the tool with the approved arguments, in any order of their members', async () => {
    const wiped: unknown[] = [];
    const call = await rawClient([wipeTool(wiped)]);
    const { requestState } = await call({ arguments: { a: 1, b: 2 } });
    await call({ requestState, arguments: { b: 2, a: 1 }, inputResponses: accepted });
    expect(wiped).toEqual([{ a: 1, b: 2 }]);
  });

  it('is not valid for other arguments', async () => {
    const wiped: unknown[] = [];
    const call = await rawClient([wipeTool(wiped)]);
    const { requestState } = await call({ arguments: { file: 'a' } });
    const error = await rejection(call({ requestState, arguments: { file: 'b' }, inputResponses: accepted }));
    expect(error).toMatchObject({ code: -32_602 });
    expect(wiped).toEqual([]);
  });

  it('is not valid without the question of the server', async () => {
    const wiped: unknown[] = [];
    const call = await rawClient([wipeTool(wiped)]);
    const first = await call({ arguments: { file: 'a' }, inputResponses: accepted });
    expect(first['inputRequests']).toMatchObject({
      approve: { params: { message: 'May book run with {"file":"a"}?' } },
    });
    expect(wiped).toEqual([]);
  });
});
