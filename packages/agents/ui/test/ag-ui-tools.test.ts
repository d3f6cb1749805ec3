import { createAgent } from '@majordomo/agent';
import { describe, expect, it } from 'vitest';
import { agUiTranslator } from '../src/ag-ui-translator.ts';
import { fromAgUi } from '../src/ag-ui.ts';
import { LOCATE, pageWithTools } from './support/ag-ui-page.ts';
import { chain, tool } from './support/world.ts';

const locate = (id: string) => ({ id, name: 'locate', args: { precise: true } });
const pay = (payments: unknown[]) =>
  tool(
    'pay',
    (args) => {
      payments.push(args);
      return 'paid';
    },
    { approval: true },
  );

describe.each([true, false])('a tool of the page, stored: %s', (isStored) => {
  it('continues the run with the result in the next request', async () => {
    const page = pageWithTools({ isStored }, [{ text: 'Where? ', toolCalls: [locate('c1')] }, 'In Oslo.']);
    await page.say('Where am I?');
    expect(page.finished).toEqual([{ type: 'success', pendingToolCallIds: ['c1'] }]);
    expect(page.http.pendingInterrupts).toEqual([]);
    page.answer('c1', '{"city":"Oslo"}');
    await page.run();
    expect(page.finished[1]).toEqual({ type: 'success' });
    const roles = page.http.messages.map(({ role }) => role);
    expect(roles).toEqual(['user', 'assistant', 'tool', 'assistant']);
    expect(page.requests()[1]?.request.messages.at(-1)).toMatchObject({
      role: 'tool',
      parts: [{ callId: 'c1', name: 'locate', content: [{ type: 'text', text: '{"city":"Oslo"}' }] }],
    });
    expect(page.ends.map(({ outcome, state }) => [outcome, state?.steps])).toMatchObject([
      ['awaiting', 1],
      ['finished', 2],
    ]);
  });

  it('waits again for the calls whose results the page has not sent', async () => {
    const page = pageWithTools({ isStored }, [{ toolCalls: [locate('c1'), locate('c2')] }, 'Done.']);
    await page.say('hi');
    expect(page.finished[0]).toEqual({ type: 'success', pendingToolCallIds: ['c1', 'c2'] });
    page.answer('c2', 'Oslo');
    await page.run();
    expect(page.finished[1]).toEqual({ type: 'success', pendingToolCallIds: ['c1'] });
    expect(page.requests()).toHaveLength(1);
    page.answer('c1', 'Rome');
    await page.run();
    expect(page.finished[2]).toEqual({ type: 'success' });
    expect(JSON.stringify(page.requests()[1]?.request.messages.at(-1))).toMatch(/Rome.*Oslo/s);
  });

  it('shares a step with an approval and a tool of the server', async () => {
    const payments: unknown[] = [];
    const note = tool('note', () => 'noted');
    const toolCalls = [
      locate('c1'),
      { id: 'c2', name: 'pay', args: { eur: 5 } },
      { id: 'c3', name: 'note', args: {} },
    ];
    const page = pageWithTools({ isStored, serverTools: [pay(payments), note] }, [{ toolCalls }, 'Done.']);
    await page.say('pay');
    expect(page.finished[0]).toMatchObject({ type: 'interrupt', interrupts: [{ toolCallId: 'c2' }] });
    page.answer('c1', 'Oslo');
    await page.approve(true);
    expect(payments).toEqual([{ eur: 5 }]);
    expect(page.finished[1]).toEqual({ type: 'success' });
    const results = page.http.messages.filter(({ role }) => role === 'tool');
    expect(new Set(results.map((result) => 'toolCallId' in result && result.toolCallId))).toEqual(
      new Set(['c1', 'c2', 'c3']),
    );
    expect(results).toHaveLength(3);
    expect(JSON.stringify(page.requests()[1]?.request.messages.at(-1))).toMatch(/Oslo.*paid.*noted/s);
  });

  it('waits alone after the approval in its step', async () => {
    const payments: unknown[] = [];
    const toolCalls = [locate('c1'), { id: 'c2', name: 'pay', args: { eur: 5 } }];
    const page = pageWithTools({ isStored, serverTools: [pay(payments)] }, [{ toolCalls }, 'Done.']);
    await page.say('pay');
    await page.approve(true);
    expect(page.finished[1]).toEqual({ type: 'success', pendingToolCallIds: ['c1'] });
    page.answer('c1', 'Oslo');
    await page.run();
    expect(payments).toEqual([{ eur: 5 }]);
    expect(page.finished[2]).toEqual({ type: 'success' });
  });

  it('sends its error to the model', async () => {
    const page = pageWithTools({ isStored }, [{ toolCalls: [locate('c1')] }, 'I see.']);
    await page.say('hi');
    page.answer('c1', '', 'The user refused.');
    await page.run();
    expect(JSON.stringify(page.requests()[1]?.request.messages)).toContain('The user refused.');
  });

  it('keeps its call and result after a reset of the next step', async () => {
    const page = pageWithTools(
      { isStored },
      [
        { text: 'Where? ', toolCalls: [locate('c1')] },
        { fail: 'network', after: 'In R' },
      ],
      ['In Oslo.'],
    );
    await page.say('hi');
    page.answer('c1', 'Oslo');
    await page.run();
    expect(page.http.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
    expect(page.http.messages.at(-1)).toMatchObject({ content: 'In Oslo.' });
  });
});

describe('the result of a tool of the page', () => {
  it('does not approve a call of the server', async () => {
    const payments: unknown[] = [];
    const page = pageWithTools({ isStored: true, serverTools: [pay(payments)] }, [
      { toolCalls: [{ id: 'c1', name: 'pay', args: {} }] },
      'Done.',
    ]);
    await page.say('pay');
    page.answer('c1', '{"approved":true}');
    await expect(page.run()).rejects.toThrow();
    expect(payments).toEqual([]);
  });
});

describe('a client before AG-UI 1.0, which states no version', () => {
  const body = (protocolVersion?: string) => ({
    threadId: 't',
    runId: 'r',
    messages: [{ id: 'u', role: 'user', content: 'hi' }],
    tools: [LOCATE],
    ...(protocolVersion !== undefined && { protocolVersion }),
  });
  const waiting = {
    type: 'data-majordomo-suspended',
    data: { callId: 'c1', payload: { type: 'client-tool' } },
  };
  const outcome = async (version: string | undefined, end: 'finish' | 'abort') => {
    const translate = agUiTranslator(await fromAgUi(body(version)));
    return [waiting, { type: end }].flatMap(translate).at(-1)?.['outcome'];
  };

  it('receives no members and outcomes of 1.0, which it would reject', async () => {
    expect(await outcome(undefined, 'finish')).toEqual({ type: 'success' });
    expect(await outcome('1.0', 'finish')).toEqual({ type: 'success', pendingToolCallIds: ['c1'] });
    expect(await outcome(undefined, 'abort')).toBeUndefined();
    expect(await outcome('1.0', 'abort')).toEqual({ type: 'cancelled' });
  });
});

describe('fromAgUi', () => {
  const question = { id: 'u', role: 'user', content: 'hi' };
  const call = (id: string) => ({ id, type: 'function', function: { name: 'locate', arguments: '{}' } });
  const turn = { id: 'a', role: 'assistant', toolCalls: [call('c1')] };
  const result = { id: 'x', role: 'tool', toolCallId: 'c1', content: 'Oslo' };
  const body = (more: object, ...messages: object[]) => ({ threadId: 't', runId: 'r', messages, ...more });
  const named = (name: string) => ({ name, description: 'x' });
  const list = (count: number) => Array.from({ length: count }, (_, index) => named(`t${index}`));
  const read = (tools: unknown) => fromAgUi(body({ tools }, question), { serverTools: [{ name: 'pay' }] });
  const image = { type: 'image', source: { type: 'data', value: 'AQID', mimeType: 'image/png' } };

  it('returns tools, state and context of the page', async () => {
    const context = [{ description: 'time zone', value: 'Europe/Oslo' }];
    const tools = [LOCATE, named('bare')];
    const input = await fromAgUi(body({ tools, context, state: { page: 2 } }, question));
    expect(input).toMatchObject({ context, state: { page: 2 } });
    expect(input.tools).toMatchObject([LOCATE, { name: 'bare', parameters: { type: 'object' } }]);
  });

  it('accepts 64 tools', async () => {
    expect((await read(list(64))).tools).toHaveLength(64);
  });

  it('accepts a request without tools', async () => {
    expect(await read(undefined)).toMatchObject({ tools: [], state: undefined, context: [] });
  });

  it.each<[string, unknown, string]>([
    ['65 tools', list(65), 'body.tools'],
    ['tools that are not an array', {}, 'body.tools'],
    ['the name of a tool of the server', [named('pay')], 'body.tools[0].name'],
    ['two tools with one name', [named('a'), named('a')], 'body.tools[1].name'],
    ['a name that models refuse', [named('a b')], 'body.tools[0].name'],
    ['a tool of 20,000 characters', [{ ...LOCATE, description: 'x'.repeat(20_000) }], 'body.tools[0]'],
    ['parameters that are a list', [{ ...LOCATE, parameters: [] }], 'body.tools[0].parameters'],
    [
      'parameters of a text',
      [{ ...LOCATE, parameters: { type: 'string' } }],
      'body.tools[0].parameters.type',
    ],
  ])('rejects %s', async (_, tools, path) => {
    await expect(read(tools)).rejects.toMatchObject({ kind: 'invalid-request', details: { path } });
  });

  it.each<[string, object[], string]>([
    [
      'a result of an unknown call',
      [question, turn, { ...result, toolCallId: 'c9' }],
      'messages[2].toolCallId',
    ],
    ['a second result of a call', [question, turn, result, result], 'messages[3].toolCallId'],
    ['a result with an image', [question, turn, { ...result, content: [image] }], 'messages[2].content'],
  ])('rejects %s', async (_, messages, path) => {
    const reading = fromAgUi(body({ tools: [LOCATE] }, ...messages));
    await expect(reading).rejects.toMatchObject({ kind: 'invalid-request', details: { path } });
  });

  it('rejects a result for a stored run that does not wait for it', async () => {
    const stored = [
      { role: 'user', parts: [{ type: 'text', text: 'hi' }] },
      { role: 'assistant', parts: [{ type: 'text', text: 'Hello' }] },
    ] as const;
    const reading = fromAgUi(body({ tools: [LOCATE] }, question, turn, result), { stored });
    await expect(reading).rejects.toMatchObject({ kind: 'invalid-request' });
  });

  it('leaves a name of the server to createAgent without the option serverTools', async () => {
    const { tools } = await fromAgUi(body({ tools: [named('pay')] }, question));
    const { model } = chain([]);
    expect(() => createAgent({ model, tools: [tool('pay', () => 'paid'), ...tools] })).toThrow(
      expect.objectContaining({ kind: 'config' }) as Error,
    );
  });
});
