import { HttpAgent, type Message as ClientMessage, type RunAgentParameters } from '@ag-ui/client';
import {
  agentTool,
  createAgent,
  suspend,
  type AgentStream,
  type RunState,
  type Tool,
} from '@majordomo/agent';
import { LlmError, type JsonObject, type Message } from '@majordomo/core';
import type { Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { agUiResponse, fromAgUi } from '../src/ag-ui.ts';
import { approvalIds } from '../src/approval-id.ts';
import type { UiEnd } from '../src/index.ts';
import { SECRET } from './support/approval-server.ts';
import { agentOf, chain, tool } from './support/world.ts';

/** JSON with more elements than a request may have. */
const MANY = JSON.stringify({ a: Array.from({ length: 10_001 }, () => 0) });

const weather = tool('weather', () => ({ degrees: 21 }));
const call = (id: string, name: string, args = {}) => ({ id, name, args });

interface Setup {
  readonly tools?: readonly Tool[];
  readonly isStored?: boolean;
  readonly change?: (body: Record<string, unknown>) => void;
  /** Type of the model event at which the server stops the run. */
  readonly stopAt?: string;
}

/** Creates a client whose `fetch` calls a server in the test. */
function client(
  { tools = [weather], isStored = false, change, stopAt }: Setup,
  ...scripts: readonly (readonly Turn[])[]
) {
  const { model, providers } = chain(...scripts);
  const payments: unknown[] = [];
  const pay = tool(
    'pay',
    (args) => {
      payments.push(args);
      return 'paid';
    },
    { approval: true },
  );
  const agent = createAgent({ model, tools: [pay, ...tools] });
  const ends: UiEnd[] = [];
  let stored: RunState | readonly Message[] = [];
  const fetch = async (_url: unknown, init: RequestInit = {}): Promise<Response> => {
    const body = JSON.parse(init.body as string) as Record<string, unknown>;
    change?.(body);
    const signing = isStored ? {} : { secret: SECRET };
    try {
      const input = await fromAgUi(body, { ...signing, ...(isStored ? { stored } : {}) });
      const onEnd = (end: UiEnd): void => {
        ends.push(end);
        stored = end.outcome === 'awaiting' && end.state !== undefined ? end.state : end.messages;
      };
      const stop = new AbortController();
      const { decisions } = input;
      const stream = agent.stream(input.run, { decisions, afterCommit: 'restart', signal: stop.signal });
      const events = withStop(stream, stopAt, stop);
      const { signal } = init;
      return agUiResponse(events, { input, onEnd, ...signing, ...(signal ? { signal } : {}) });
    } catch (error) {
      if (LlmError.is(error, 'invalid-request')) return new Response(error.message, { status: 400 });
      throw error;
    }
  };
  const httpAgent = new HttpAgent({
    url: 'http://chat.test/',
    threadId: 't',
    fetch,
  });
  const texts: string[] = [];
  const errors: { message: string; code?: string | undefined }[] = [];
  httpAgent.subscribe({
    onMessagesChanged: ({ messages }) => void texts.push(textOf(messages)),
    onRunErrorEvent: ({ event }) => void errors.push(event),
  });
  const send = async (text: string): Promise<void> => {
    httpAgent.addMessage({ id: `u-${httpAgent.messages.length}`, role: 'user', content: text });
    await httpAgent.runAgent();
  };
  const resolveInterrupts = (...payloads: object[]) => {
    const interrupts = httpAgent.pendingInterrupts;
    const resume: RunAgentParameters['resume'] = interrupts.map(({ id }, index) => ({
      interruptId: id,
      status: 'resolved',
      payload: payloads[index],
    }));
    return httpAgent.runAgent({ resume });
  };
  return {
    httpAgent,
    send,
    resolveInterrupts,
    texts,
    errors,
    ends,
    payments,
    requests: () => providers[0]?.requests ?? [],
  };
}

/** Returns the events of a stream, and stops the stream after the first model event of this type. */
function withStop(stream: AgentStream, type: string | undefined, stop: AbortController): AgentStream {
  if (type === undefined) return stream;
  return {
    result: () => stream.result(),
    async *[Symbol.asyncIterator]() {
      for await (const event of stream) {
        yield event;
        if (event.type === 'model' && event.event.type === type) stop.abort();
      }
    },
  };
}

const textOf = (messages: readonly ClientMessage[]): string =>
  messages.flatMap((message) => (message.role === 'assistant' ? (message.content ?? '') : [])).join('');

describe('HttpAgent', () => {
  it('shows text, reasoning, tools and their results', async () => {
    const turns = [
      { reasoning: 'Hm.', text: 'One moment. ', toolCalls: [call('c1', 'weather', { city: 'Oslo' })] },
      '21 degrees.',
      'Bye.',
    ];
    const { httpAgent, send, ends, requests } = client({}, turns);
    await send('hi');
    expect(httpAgent.messages).toMatchObject([
      { role: 'user' },
      { role: 'reasoning', content: 'Hm.' },
      {
        role: 'assistant',
        content: 'One moment. ',
        toolCalls: [{ id: 'c1', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }],
      },
      { role: 'tool', toolCallId: 'c1', content: '{"degrees":21}' },
      { role: 'assistant', content: '21 degrees.' },
    ]);
    expect(ends[0]?.outcome).toBe('finished');
    await send('bye');
    expect(requests()[2]?.request.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'assistant',
      'user',
    ]);
  });

  it('removes the text of a first step that is reset', async () => {
    const { send, texts, errors } = client({}, [{ fail: 'network', after: 'It rai' }], ['Sunny.']);
    await send('hi');
    expect(errors).toEqual([]);
    expect(texts).toContain('It rai');
    expect(texts.filter((text) => !'It rai'.startsWith(text) && !'Sunny.'.startsWith(text))).toEqual([]);
    expect(texts.at(-1)).toBe('Sunny.');
  });

  it('removes only the second step if it is reset', async () => {
    const first = { text: 'Look: ', toolCalls: [call('c1', 'weather')] };
    const { httpAgent, send, texts } = client({}, [first, { fail: 'network', after: 'It rai' }], ['Sunny.']);
    await send('hi');
    expect(texts).toContain('Look: It rai');
    expect(texts.at(-1)).toBe('Look: Sunny.');
    expect(httpAgent.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
  });

  it.each([true, false])('continues after an approval, stored: %s', async (isStored) => {
    const { httpAgent, send, resolveInterrupts, ends, payments } = client({ isStored }, [
      { text: 'I pay.', toolCalls: [call('c1', 'pay', { eur: 5 })] },
      'Done.',
    ]);
    await send('pay');
    expect(httpAgent.pendingInterrupts).toMatchObject([{ reason: 'tool_call', toolCallId: 'c1' }]);
    expect(payments).toEqual([]);
    await resolveInterrupts({ approved: true });
    expect(payments).toEqual([{ eur: 5 }]);
    expect(httpAgent.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
    expect(ends.map(({ outcome }) => outcome)).toEqual(['awaiting', 'finished']);
  });

  it.each([true, false])('shows a denial, stored: %s', async (isStored) => {
    const { httpAgent, send, resolveInterrupts, payments, requests } = client({ isStored }, [
      { toolCalls: [call('c1', 'pay')] },
      'Fine.',
    ]);
    await send('pay');
    await resolveInterrupts({ approved: false, reason: 'too much' });
    expect(payments).toEqual([]);
    expect(JSON.stringify(requests()[1]?.request.messages)).toContain('too much');
    expect(httpAgent.messages.find(({ role }) => role === 'tool')).toMatchObject({
      content: expect.stringContaining('too much') as string,
    });
  });

  it('treats a cancelled interrupt as a denial', async () => {
    const { httpAgent, send, payments } = client({}, [{ toolCalls: [call('c1', 'pay')] }, 'Fine.']);
    await send('pay');
    const [interrupt] = httpAgent.pendingInterrupts;
    await httpAgent.runAgent({ resume: [{ interruptId: interrupt?.id ?? '', status: 'cancelled' }] });
    expect(payments).toEqual([]);
    expect(textOf(httpAgent.messages)).toBe('Fine.');
  });

  it('resolves a suspended call of a stored run', async () => {
    const askTool = tool('ask', () => suspend({ question: 'Which?' }));
    const { httpAgent, send, resolveInterrupts, requests } = client({ tools: [askTool], isStored: true }, [
      { toolCalls: [call('c1', 'ask')] },
      'Thanks.',
    ]);
    await send('hi');
    expect(httpAgent.pendingInterrupts).toMatchObject([
      { reason: 'input_required', metadata: { payload: { question: 'Which?' } } },
    ]);
    await resolveInterrupts({ choice: 2 });
    expect(JSON.stringify(requests()[1]?.request.messages)).toContain('{\\"choice\\":2}');
  });

  describe('with a call that waits inside a sub-agent', () => {
    const inside = (isStored: boolean, ...turns: readonly Turn[]) => {
      const transfers: unknown[] = [];
      const run = (args: unknown): string => {
        transfers.push(args);
        return 'paid';
      };
      const agent = agentOf([tool('transfer', run, { approval: true })], turns);
      const clerk = agentTool({ name: 'clerk', description: 'Pays', agent });
      const outer = { toolCalls: [call('c1', 'clerk', { task: 'Pay 5 EUR.' })] };
      return { ...client({ isStored, tools: [clerk] }, [outer, 'Done.']), transfers };
    };

    it('runs the call once after an approval', async () => {
      const { httpAgent, send, resolveInterrupts, ends, transfers, requests } = inside(
        true,
        { toolCalls: [call('p1', 'transfer', { eur: 5 })] },
        'I paid.',
      );
      await send('pay');
      expect(httpAgent.pendingInterrupts).toMatchObject([{ reason: 'tool_call', toolCallId: 'c1/p1' }]);
      expect(transfers).toEqual([]);
      await resolveInterrupts({ approved: true });
      expect(transfers).toEqual([{ eur: 5 }]);
      expect(textOf(httpAgent.messages)).toBe('Done.');
      expect(requests()).toHaveLength(2);
      expect(ends.map(({ outcome }) => outcome)).toEqual(['awaiting', 'finished']);
    });

    it('does not run the call after a denial', async () => {
      const { httpAgent, send, resolveInterrupts, transfers } = inside(
        true,
        { toolCalls: [call('p1', 'transfer', { eur: 5 })] },
        'It was denied.',
      );
      await send('pay');
      await resolveInterrupts({ approved: false, reason: 'too much' });
      expect(transfers).toEqual([]);
      const results = httpAgent.messages.filter(({ role }) => role === 'tool');
      expect(results).toMatchObject([
        { toolCallId: 'c1', content: 'It was denied.' },
        { toolCallId: 'c1/p1', content: 'The call was denied: too much' },
      ]);
    });

    it('receives an error with a remedy if approvals are signed', async () => {
      const { httpAgent, send, errors } = inside(false, { toolCalls: [call('p1', 'transfer')] });
      await send('pay');
      expect(httpAgent.pendingInterrupts).toEqual([]);
      expect(errors).toMatchObject([{ message: expect.stringContaining('store the state') as string }]);
    });
  });

  it('cannot approve changed arguments', async () => {
    const change = (body: Record<string, unknown>): void => {
      if (body['resume'] === undefined) return;
      body['messages'] = JSON.parse(JSON.stringify(body['messages']).replace('\\"eur\\":5', '\\"eur\\":500'));
    };
    const { send, resolveInterrupts, payments } = client({ change }, [
      { toolCalls: [call('c1', 'pay', { eur: 5 })] },
      'Done.',
    ]);
    await send('pay');
    await expect(resolveInterrupts({ approved: true })).rejects.toThrow('400');
    expect(payments).toEqual([]);
  });

  it('receives a failure with its kind', async () => {
    const { send, errors } = client({}, [{ fail: 'auth', message: 'wrong key' }]);
    await send('hi').catch(() => undefined);
    expect(errors).toMatchObject([{ message: expect.stringContaining('wrong key') as string, code: 'auth' }]);
  });

  it('accepts the events of a run that the server stops within the arguments of a call', async () => {
    const { send, errors, httpAgent } = client({ stopAt: 'args-delta' }, [
      { text: 'I pay.', toolCalls: [call('c1', 'pay', { eur: 5 })] },
    ]);
    await send('pay');
    expect(errors).toEqual([]);
    expect(textOf(httpAgent.messages)).toBe('I pay.');
  });

  it('denies a suspended call when its interrupt is cancelled', async () => {
    const askTool = tool('ask', () => suspend({ question: 'Which?' }));
    const { httpAgent, send } = client({ tools: [askTool], isStored: true }, [
      { toolCalls: [call('c1', 'ask')] },
      'Fine.',
    ]);
    await send('hi');
    const [interrupt] = httpAgent.pendingInterrupts;
    await httpAgent.runAgent({ resume: [{ interruptId: interrupt?.id ?? '', status: 'cancelled' }] });
    expect(textOf(httpAgent.messages)).toBe('Fine.');
  });

  it('closes the connection to the vendor when it aborts', async () => {
    const { httpAgent, send, ends, requests } = client({}, [{ hang: true, after: 'Once' }]);
    httpAgent.subscribe({ onTextMessageContentEvent: () => httpAgent.abortRun() });
    await send('hi').catch(() => undefined);
    await expect.poll(() => ends.map(({ outcome }) => outcome)).toEqual(['stopped']);
    expect(requests()[0]?.signal.aborted).toBe(true);
    expect(ends[0]?.messages.at(-1)).toMatchObject({ role: 'assistant', parts: [{ text: 'Once' }] });
  });
});

describe('fromAgUi', () => {
  const userMessage = { id: 'u', role: 'user', content: 'hi' };
  const body = (...messages: unknown[]) => ({ threadId: 't', runId: 'r', messages });
  const turn = {
    id: 'a',
    role: 'assistant',
    toolCalls: [{ id: 'c', type: 'function', function: { name: 't', arguments: '{"a":1}' } }],
  };
  const result = { id: 'x', role: 'tool', toolCallId: 'c', content: 'ok' };

  it('reads files, calls, results and errors, and adds an error result to other calls', async () => {
    const source = { type: 'data', value: 'AQID', mimeType: 'image/png' };
    const parts = {
      id: 'u',
      role: 'user',
      content: [
        { type: 'text', text: 'x' },
        { type: 'image', source },
      ],
    };
    const other = {
      ...turn,
      toolCalls: [{ id: 'd', type: 'function', function: { name: 't', arguments: '{"a' } }],
    };
    const reasoning = { id: 'z', role: 'reasoning', content: 'hm' };
    const { messages } = await fromAgUi(
      body(parts, turn, result, reasoning, turn, { ...result, error: 'no' }, other, userMessage),
    );
    expect(messages).toMatchObject([
      { role: 'user', parts: [{ text: 'x' }, { type: 'image', mediaType: 'image/png' }] },
      { role: 'assistant', parts: [{ type: 'tool-call', args: { a: 1 } }] },
      { role: 'tool', parts: [{ callId: 'c', content: [{ text: 'ok' }] }] },
      { role: 'assistant' },
      { role: 'tool', parts: [{ isError: true, content: [{ text: 'no' }] }] },
      { role: 'assistant', parts: [{ invalid: { raw: '{"a' } }] },
      { role: 'tool', parts: [{ callId: 'd', isError: true }] },
      { role: 'user' },
    ]);
  });

  it.each<[string, unknown, string]>([
    ['a body that is not an object', 'x', 'body'],
    ['a missing thread', { runId: 'r', messages: [] }, 'body.threadId'],
    ['messages that are not an array', { threadId: 't', runId: 'r' }, 'messages'],
    ['no messages', body(), 'messages'],
    ['a message that is not an object', body(1), 'messages[0]'],
    [
      'a body nested too deeply',
      body({ ...userMessage, x: JSON.parse('['.repeat(20_000) + ']'.repeat(20_000)) }),
      'body',
    ],
    ['a system message', body({ role: 'system', content: 'x' }, userMessage), 'messages[0].role'],
    ['a number as content', body({ role: 'user', content: 7 }), 'messages[0].content'],
    ['an empty message', body({ role: 'user', content: '' }), 'messages[0].content'],
    [
      'an image by URL',
      body({ role: 'user', content: [{ type: 'image', source: { type: 'url', value: 'http://x' } }] }),
      'messages[0].content[0].source.type',
    ],
    [
      'broken base64',
      body({
        role: 'user',
        content: [{ type: 'image', source: { type: 'data', mimeType: 'image/png', value: '%' } }],
      }),
      'messages[0].content[0].source.value',
    ],
    [
      'a call without id',
      body({ role: 'assistant', toolCalls: [{ function: { name: 't', arguments: '' } }] }, userMessage),
      'messages[0].toolCalls[0].id',
    ],
    [
      'arguments with too many elements',
      body({ ...turn, toolCalls: [{ id: 'c', function: { name: 't', arguments: MANY } }] }, userMessage),
      'messages[0].toolCalls[0].function.arguments',
    ],
    [
      'stored members with too many elements',
      body({ ...turn, encryptedValue: MANY }, userMessage),
      'messages[0].encryptedValue',
    ],
    [
      'two calls with one id',
      body({ ...turn, toolCalls: [...turn.toolCalls, ...turn.toolCalls] }, userMessage),
      'messages[0].toolCalls[1].id',
    ],
    [
      'audio in the result of a tool',
      body(userMessage, turn, {
        ...result,
        content: [{ type: 'audio', source: { type: 'data', mimeType: 'audio/wav', value: 'AQID' } }],
      }),
      'messages[2].content',
    ],
    [
      'a result of an unknown call',
      body(userMessage, { ...result, toolCallId: 'y' }),
      'messages[1].toolCallId',
    ],
    [
      'a last message that is complete',
      body(userMessage, { id: 'a', role: 'assistant', content: 'x' }),
      'messages',
    ],
    [
      'an unsigned answer',
      {
        ...body(userMessage, turn),
        resume: [{ interruptId: 'c', status: 'resolved', payload: { approved: true } }],
      },
      'resume[0].interruptId',
    ],
  ])('rejects %s', async (_, value, path) => {
    await expect(fromAgUi(value)).rejects.toMatchObject({ kind: 'invalid-request', details: { path } });
  });

  const runWaitingFor = (args: JsonObject): RunState => {
    const pending = { type: 'tool-call', id: 'c', name: 't', args } as const;
    const usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
    return {
      version: 1,
      messages: [{ role: 'assistant', parts: [pending] }],
      steps: 1,
      pending: [pending],
      results: [],
      decisions: [],
      usage,
      done: undefined,
    };
  };

  it('accepts no approval that was signed for other arguments than those of the stored call', async () => {
    const stored = runWaitingFor({ a: 1000 });
    const sentCall = { type: 'tool-call', id: 'c', name: 't', args: { a: 1 } } as const;
    const ids = await approvalIds([sentCall], { runId: 'r', steps: 1 }, { secret: SECRET, chatId: 't' });
    const resume = [{ interruptId: ids.get('c'), status: 'resolved', payload: { approved: true } }];
    const options = { stored, secret: SECRET };
    await expect(fromAgUi({ ...body(userMessage, turn), resume }, options)).rejects.toMatchObject({
      details: { path: 'resume[0].interruptId' },
    });
  });

  it('states why an approval of a call whose id contains a space is refused', async () => {
    const calling = { ...turn, toolCalls: [{ ...turn.toolCalls[0], id: 'c 1' }] };
    const resume = [{ interruptId: 'c 1', status: 'resolved', payload: { approved: true } }];
    await expect(fromAgUi({ ...body(userMessage, calling), resume }, { secret: SECRET })).rejects.toThrow(
      'an approval of a call whose id is not 1 to 200 characters of ASCII without spaces requires `stored`',
    );
  });

  it('rejects a second answer to the same call', async () => {
    const stored = runWaitingFor({});
    const answer = { interruptId: 'c', status: 'resolved', payload: { approved: true } };
    const input = { ...body(userMessage), resume: [answer, answer] };
    await expect(fromAgUi(input, { stored })).rejects.toMatchObject({
      details: { path: 'resume[1].interruptId' },
    });
  });

  it('rejects a decision that is not a boolean', async () => {
    const stored = runWaitingFor({});
    const resume = [{ interruptId: 'c', status: 'resolved', payload: { approved: 1 } }];
    await expect(fromAgUi({ ...body(userMessage), resume }, { stored })).rejects.toMatchObject({
      details: { path: 'resume[0].payload.approved' },
    });
  });
});
