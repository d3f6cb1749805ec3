import {
  assistant,
  audio,
  file,
  image,
  searchResult,
  toolResult,
  user,
  type AssistantPart,
  type Message,
  type ToolResultInput,
} from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { fromUiMessages, toUiMessages, type FromUiOptions } from '../src/index.ts';
import { AI } from './support/page.ts';

const bytes = Uint8Array.from([1, 2, 3]);
const userMessage = { id: 'u', role: 'user', parts: [{ type: 'text', text: 'hi' }] };
const assistantMessage = (...parts: object[]) => ({ id: 'a', role: 'assistant', parts });
const call = (state: string, more: object = {}) => ({
  type: 'tool-t',
  toolCallId: 'c',
  state,
  input: { a: 1 },
  ...more,
});

async function messagesOf(...page: unknown[]): Promise<readonly Message[]> {
  return (await fromUiMessages([...page, userMessage])).messages.slice(0, -1);
}

describe('fromUiMessages', () => {
  it('reads text and files of a user', async () => {
    const part = (mediaType: string, more: object = {}) => ({
      type: 'file',
      mediaType,
      url: `data:${mediaType};base64,AQID`,
      ...more,
    });
    const parts = [
      { type: 'text', text: 'look' },
      part('image/png'),
      part('audio/wav'),
      part('application/pdf', { filename: 'a.pdf' }),
      { type: 'file', mediaType: 'text/plain', url: 'data:,a%20b' },
      { type: 'data-page', data: 1 },
    ];
    expect(await messagesOf({ role: 'user', parts })).toEqual([
      user(
        'look',
        image(bytes, 'image/png'),
        audio(bytes, 'audio/wav'),
        file(bytes, 'application/pdf', 'a.pdf'),
        file(new TextEncoder().encode('a b'), 'text/plain'),
      ),
    ]);
  });

  it('passes data parts and other URLs to the application', async () => {
    const urls: string[] = [];
    const options: FromUiOptions = {
      data: ({ type, id, data }) => `${type} ${id} ${String(data)}`,
      file: ({ url }) => {
        urls.push(url);
        return Promise.resolve(bytes);
      },
    };
    const parts = [
      { type: 'data-page', id: 'p', data: 7 },
      { type: 'file', mediaType: 'image/png', url: 'https://example.org/a.png' },
    ];
    const { messages } = await fromUiMessages([{ role: 'user', parts }], options);
    expect(messages).toEqual([user('data-page p 7', image(bytes, 'image/png'))]);
    expect(urls).toEqual(['https://example.org/a.png']);
  });

  it('reads text, reasoning, calls, vendor parts and tokens of an assistant', async () => {
    const replay = { family: 'f', data: { x: 1 } };
    const providerMetadata = { majordomo: { replay } };
    const page = assistantMessage(
      { type: 'step-start' },
      { type: 'reasoning', text: 'hm', providerMetadata },
      { type: 'text', text: 'one', providerMetadata: { majordomo: { replay: { family: 7 } } } },
      { type: 'data-majordomo-vendor', data: { kind: 'search', text: 'q', replay } },
      { type: 'data-majordomo-vendor', data: { kind: 'search', replay: 'x' } },
      { type: 'source-url', sourceId: 's', url: 'https://example.org' },
      { type: 'data-other', data: 1 },
      { ...call('output-available', { output: { b: 2 } }), callProviderMetadata: providerMetadata },
      {
        type: 'dynamic-tool',
        toolName: 'd',
        toolCallId: 'c2',
        state: 'output-error',
        input: {},
        errorText: 'no',
      },
      { type: 'step-start' },
      { type: 'text', text: 'two' },
    );
    expect(await messagesOf(page)).toEqual([
      assistant([
        { type: 'reasoning', text: 'hm', replay },
        { type: 'text', text: 'one' },
        { type: 'vendor', kind: 'search', text: 'q', replay },
        { type: 'tool-call', id: 'c', name: 't', args: { a: 1 }, replay },
        { type: 'tool-call', id: 'c2', name: 'd', args: {} },
      ]),
      toolResult([
        { callId: 'c', name: 't', content: '{"b":2}' },
        { callId: 'c2', name: 'd', content: 'no', isError: true },
      ]),
      assistant('two'),
    ]);
  });

  it.each(['input-available', 'approval-requested', 'approval-responded'])(
    'adds an error result to a call in the state %s',
    async (state) => {
      const [, results] = await messagesOf(
        assistantMessage(call(state, { approval: { id: 'x', approved: true } })),
      );
      expect(results).toMatchObject({ role: 'tool', parts: [{ callId: 'c', isError: true }] });
    },
  );

  it('adds an error result with the reason to a denied call', async () => {
    const [, results] = await messagesOf(
      assistantMessage(call('output-denied', { approval: { id: 'x', approved: false, reason: 'too much' } })),
    );
    expect(results).toMatchObject({
      parts: [{ isError: true, content: [{ text: 'The call was denied: too much' }] }],
    });
  });

  it('drops a call whose arguments are incomplete', async () => {
    expect(
      await messagesOf(
        assistantMessage({ type: 'text', text: 'x' }, call('input-streaming', { input: undefined })),
      ),
    ).toEqual([assistant('x')]);
  });

  it('reads a call with invalid arguments', async () => {
    for (const input of [{ input: '{"a' }, { input: undefined, rawInput: '{"a' }]) {
      const [turn] = await messagesOf(assistantMessage(call('output-error', { ...input, errorText: 'no' })));
      expect(turn?.parts).toEqual([
        { type: 'tool-call', id: 'c', name: 't', args: {}, invalid: { raw: '{"a' } },
      ]);
    }
  });

  it('continues the last assistant message with results that the page adds', async () => {
    const page = assistantMessage(
      { type: 'step-start' },
      { type: 'text', text: 'a' },
      { type: 'step-start' },
      call('output-available', { output: 'o' }),
    );
    const input = await fromUiMessages([userMessage, page]);
    expect(input).toMatchObject({ messageId: 'a', steps: 2, decisions: [] });
    expect(input.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'assistant', 'tool']);
    expect(input.run).toBe(input.messages);
  });

  const userPart = (part: unknown) => [{ role: 'user', parts: [part] }];
  const parts = (...list: object[]) => [assistantMessage(...list), userMessage];
  const png = { type: 'file', mediaType: 'image/png' };
  const nested: unknown = JSON.parse('['.repeat(20_000) + ']'.repeat(20_000));
  it.each<[string, unknown, string, string?]>([
    ['no array', { 0: userMessage }, 'messages', 'must be an array, not an object'],
    ['nothing', undefined, 'messages'],
    ['an empty array', [], 'messages'],
    ['a message that is not an object', ['hi'], 'messages[0]', 'must be an object, not a string'],
    ['a message without parts', [{ role: 'user' }], 'messages[0].parts'],
    ['a number as id', [{ ...userMessage, id: 7 }], 'messages[0].id'],
    ['an unknown role', [{ ...userMessage, role: 'tool' }], 'messages[0].role'],
    ['a system message', [{ ...userMessage, role: 'system' }, userMessage], 'messages[0].role'],
    ['a part that is null', userPart(null), 'messages[0].parts[0]', 'must be an object, not null'],
    ['a part without type', userPart({ text: 'x' }), 'messages[0].parts[0].type'],
    [
      'a number as text',
      userPart({ type: 'text', text: 7 }),
      'messages[0].parts[0].text',
      'must be a string, not a number',
    ],
    [
      'a file without media type',
      userPart({ type: 'file', url: 'data:,' }),
      'messages[0].parts[0].mediaType',
    ],
    ['an https URL', userPart({ ...png, url: 'https://169.254.169.254/' }), 'messages[0].parts[0].url'],
    ['a file URL', userPart({ ...png, url: 'file:///etc/passwd' }), 'messages[0].parts[0].url'],
    ['broken base64', userPart({ ...png, url: 'data:image/png;base64,%%' }), 'messages[0].parts[0].url'],
    ['broken percent-encoding', userPart({ ...png, url: 'data:,%zz' }), 'messages[0].parts[0].url'],
    ['a data: URL without data', userPart({ ...png, url: 'data:image/png' }), 'messages[0].parts[0].url'],
    ['a user message without content', userPart({ type: 'data-x', data: 1 }), 'messages[0].parts'],
    ['reasoning of a user', userPart({ type: 'reasoning', text: 'x' }), 'messages[0].parts[0].type'],
    ['a tool part of a user', userPart(call('output-available')), 'messages[0].parts[0].type'],
    ['an unknown part', parts({ type: 'video' }), 'messages[0].parts[0].type'],
    ['an unknown state', parts(call('done')), 'messages[0].parts[0].state'],
    [
      'a call without id',
      parts({ ...call('input-available'), toolCallId: undefined }),
      'messages[0].parts[0].toolCallId',
    ],
    [
      'a call whose input is text',
      parts(call('input-available', { input: 'x' })),
      'messages[0].parts[0].input',
    ],
    ['an error without text', parts(call('output-error')), 'messages[0].parts[0].errorText'],
    [
      'an answer that is not a boolean',
      parts(call('approval-responded', { approval: { id: 'x', approved: 'yes' } })),
      'messages[0].parts[0].approval.approved',
    ],
    [
      'an approval without id',
      parts(call('approval-requested', { approval: {} })),
      'messages[0].parts[0].approval.id',
    ],
    [
      'a reason that is not a string',
      parts(call('output-denied', { approval: { reason: 7 } })),
      'messages[0].parts[0].approval.reason',
    ],
    [
      'two calls of a step with one id',
      parts(call('input-available'), call('output-available')),
      'messages[0].parts[1].toolCallId',
    ],
    [
      'a last message that is complete',
      [userMessage, assistantMessage({ type: 'text', text: 'x' })],
      'messages[1]',
    ],
    ['a last message without parts', [userMessage, assistantMessage()], 'messages[1]'],
    [
      'arguments nested too deeply',
      parts(call('input-available', { input: { a: nested } })),
      'messages',
      'the value is nested too deeply',
    ],
    [
      'more than 10,000 parts',
      [{ role: 'user', parts: Array.from({ length: 10_000 }, () => ({ type: 'text', text: 'x' })) }],
      'messages',
      'the value has more than 10000 array elements in total; send fewer',
    ],
    ['a last call without a result', [userMessage, assistantMessage(call('input-available'))], 'messages[1]'],
  ])('rejects %s', async (_, messages, path, problem) => {
    const error = await fromUiMessages(messages).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'invalid-request', details: { path } });
    expect((error as Error).message).toContain(`${path}: ${problem ?? ''}`);
  });
});

describe('toUiMessages', () => {
  const replay = { family: 'f', data: [1] };
  const calls: AssistantPart[] = [
    'text',
    'json',
    'spaces',
    'image',
    'error',
    'errors',
    'answered',
    'content',
    'empty',
  ].map((id) => ({
    type: 'tool-call',
    id,
    name: 't',
    args: { id },
    replay,
  }));
  const contents: Record<string, Omit<ToolResultInput, 'callId' | 'name'>> = {
    text: { content: 'plain' },
    json: { content: '{"a":[1]}' },
    spaces: { content: '{ "a": 1 }' },
    image: { content: [{ type: 'text', text: 'x' }, image(bytes), file(bytes, 'application/pdf', 'a')] },
    error: { content: 'no', isError: true },
    errors: { content: [{ type: 'text', text: 'x' }, image(bytes)], isError: true },
    answered: { content: 'yes', isError: false },
    content: { content: '{"type":"content","value":[]}' },
    empty: { content: [] },
  };
  const transcript: Message[] = [
    user('hi', image(bytes), audio(bytes, 'audio/wav'), file(bytes, 'application/pdf', 'a.pdf')),
    assistant([
      { type: 'reasoning', text: 'hm', replay },
      { type: 'vendor', kind: 'search', text: 'q', replay },
      { type: 'text', text: 'one', replay },
      ...calls,
    ]),
    toolResult(Object.entries(contents).map(([callId, result]) => ({ callId, name: 't', ...result }))),
    assistant([{ type: 'tool-call', id: 'bad', name: 't', args: {}, invalid: { raw: '{"a' } }]),
    toolResult({ callId: 'bad', name: 't', content: 'invalid', isError: true }),
    assistant([{ type: 'text', text: 'I cannot.', isRefusal: true }]),
    user('again'),
  ];

  it('returns messages that fromUiMessages converts to the same transcript', async () => {
    const page = JSON.parse(JSON.stringify(await toUiMessages(transcript))) as object[];
    expect(page.map((message) => (message as { id: string }).id)).toEqual(['m0', 'm1', 'm6']);
    expect((await fromUiMessages(page)).messages).toEqual(transcript);
  });

  it.each([6, 7] as const)('returns messages that version %i accepts', async (version) => {
    const messages: unknown = JSON.parse(JSON.stringify(await toUiMessages(transcript)));
    expect(await AI[version].safeValidateUIMessages({ messages })).toMatchObject({ success: true });
  });

  it('omits reasoning, tokens and system messages on request', async () => {
    const system: Message = { role: 'system', parts: [{ type: 'text', text: 'secret' }] };
    const page = await toUiMessages([system, ...transcript], {
      reasoning: false,
      replay: false,
      id: (index) => `x${index}`,
    });
    expect(page.map(({ id }) => id)).toEqual(['x1', 'x2', 'x7']);
    expect(JSON.stringify(page)).not.toMatch(/secret|reasoning|"replay"/);
  });

  it('returns a call without a result in the state input-available', async () => {
    const page = await toUiMessages([
      user('hi'),
      assistant([{ type: 'tool-call', id: 'c', name: 't', args: {} }]),
    ]);
    expect(page[1]?.parts).toEqual([
      { type: 'step-start' },
      { type: 'tool-t', toolCallId: 'c', state: 'input-available', input: {} },
    ]);
  });
});

it('a page sends the description of a document back', async () => {
  const found = searchResult({ source: 'https://a.example', title: 'Prices', text: 'It costs 3.' });
  const messages = [user('q', { ...found, context: 'of 2025' })];
  expect((await fromUiMessages(await toUiMessages(messages))).messages).toEqual(messages);
});
