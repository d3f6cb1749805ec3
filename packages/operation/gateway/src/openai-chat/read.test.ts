import { describe, expect, it } from 'vitest';
import { refuseFile, type Media } from '../parsing/media.ts';
import { tokenText } from '../parsing/replay-token.ts';
import { parseChat } from './read.ts';

const USER = { role: 'user', content: 'hi' };
const SIGNED = { family: 'claude', data: { signature: 'signed' } };
const REPLAY = { family: 'test', data: { token: 'a' } };
const PNG = 'iVBORw0KGgo=';
const media: Media = {
  byFile: (_, path) => refuseFile(path),
  byUrl: (url) => ({ type: 'image', mediaType: url, bytes: new Uint8Array() }),
};
const parse = (body: object): ReturnType<typeof parseChat> =>
  parseChat({ model: 'gpt', messages: [USER], ...body }, media);
const messagesOf = (...messages: readonly object[]): unknown => parse({ messages }).request.messages;
const weather = (more: object = {}): object => ({ type: 'function', function: { name: 'weather', ...more } });
const WEATHER = { name: 'weather', description: '', parameters: { type: 'object', properties: {} } };
const TIME = { ...WEATHER, name: 'time' };

describe('a Chat Completions request', () => {
  it('has defaults for all settings', () => {
    const { complete: _complete, createWriter: _createWriter, ...others } = parse({});
    expect(others).toStrictEqual({
      model: 'gpt',
      choices: 1,
      isStreamed: false,
      request: { messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }] },
      metadata: undefined,
      notes: [],
    });
  });

  it('converts its settings', () => {
    const { isStreamed, request } = parse({
      stream: true,
      max_tokens: 8,
      max_completion_tokens: 9,
      temperature: 2,
      top_p: 1,
      frequency_penalty: -2,
      presence_penalty: 2,
      stop: ['a', 'b'],
      seed: -1,
      reasoning_effort: 'low',
      verbosity: 'low',
      user: 'u',
      service_tier: 'flex',
      logprobs: true,
      prompt_cache_key: 'k',
      tools: [weather()],
      response_format: { type: 'json_object' },
    });
    const { messages: _messages, ...settings } = request;
    expect([isStreamed, settings]).toStrictEqual([
      true,
      {
        maxTokens: 9,
        temperature: 2,
        topP: 1,
        frequencyPenalty: -2,
        presencePenalty: 2,
        stop: ['a', 'b'],
        seed: -1,
        reasoning: 'low',
        verbosity: 'low',
        endUser: 'u',
        serviceTier: 'flex',
        logprobs: 0,
        cache: { key: 'k' },
        tools: [WEATHER],
        output: 'json',
      },
    ]);
  });

  it.each<[object, object]>([
    [{ max_tokens: 1 }, { maxTokens: 1 }],
    [{ stop: 'END' }, { stop: ['END'] }],
    [{ logprobs: true, top_logprobs: 20 }, { logprobs: 20 }],
    [{ logprobs: false, top_logprobs: 0 }, {}],
    [{ response_format: { type: 'text' } }, {}],
    [
      { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: { a: 1 } } } },
      { output: { a: 1 } },
    ],
    [{ service_tier: 'auto' }, {}],
    [{ service_tier: 'default' }, { serviceTier: 'default' }],
    [{ service_tier: 'priority' }, { serviceTier: 'priority' }],
    [{ modalities: ['text'] }, {}],
    [{ user: '' }, {}],
    [{ user: 'u'.repeat(64) }, { endUser: 'u'.repeat(64) }],
    [{ safety_identifier: 's', user: 's' }, { endUser: 's' }],
    [
      { tools: [weather({ description: 'D', parameters: { x: 1 } })] },
      { tools: [{ name: 'weather', description: 'D', parameters: { x: 1 } }] },
    ],
    [
      { tools: [weather()], tool_choice: 'required' },
      { tools: [WEATHER], toolChoice: 'required' },
    ],
    [
      { tools: [weather()], tool_choice: weather() },
      { tools: [WEATHER], toolChoice: { name: 'weather' } },
    ],
    [{ tools: [], tool_choice: 'auto' }, {}],
    [
      {
        tools: [weather(), { type: 'function', function: { name: 'time' } }],
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'time' } }] },
        },
      },
      { tools: [TIME], toolChoice: 'required' },
    ],
  ])('with %j has the settings %j', (body, expected) => {
    const { request, notes } = parse(body);
    const { messages: _messages, ...settings } = request;
    expect([settings, notes]).toStrictEqual([expected, []]);
  });

  it.each<[object, string, string, string]>([
    [{ n: 2 }, 'emulated', 'n', 'the request is sent 2 times, and its input is billed each time'],
    [{ store: true }, 'dropped', 'store', 'this gateway stores no chat completions'],
    [{ logit_bias: {} }, 'dropped', 'logit_bias', 'tokens differ between targets'],
    [
      { web_search_options: {} },
      'dropped',
      'web_search_options',
      'tools that the vendor runs are not supported',
    ],
    [{ prediction: {} }, 'dropped', 'prediction', 'most targets do not support it'],
    [{ other: 1 }, 'dropped', 'other', 'unknown member'],
    [{ service_tier: 'scale' }, 'dropped', 'service_tier scale', 'most targets do not support it'],
    [{ user: 'u'.repeat(65) }, 'dropped', 'user', 'vendors accept at most 64 characters'],
    [
      { parallel_tool_calls: false },
      'dropped',
      'parallel_tool_calls',
      'not every target can be limited to one call at a time',
    ],
  ])('with %j adds a warning', (body, action, what, why) => {
    expect(parse(body).notes).toEqual([{ action, what, why }]);
  });

  it.each<[object, unknown]>([
    [{ metadata: { a: 'b' } }, { a: 'b' }],
    [
      { metadata: { a: 'b' }, user: 'u' },
      { a: 'b', user: 'u' },
    ],
    [{ user: 'u', safety_identifier: 's' }, { user: 's' }],
  ])('with %j has the metadata %j', (body, metadata) => {
    expect(parse(body).metadata).toEqual(metadata);
  });

  it('accepts 8 choices, and counts them', () => {
    expect(parse({ n: 8 }).choices).toBe(8);
  });

  it.each<[object, string, string]>([
    [{ n: 9 }, 'n', 'n must be an integer from 1 to 8, not 9'],
    [{ n: 0 }, 'n', 'n must be an integer from 1 to 8, not 0'],
    [{ messages: [] }, 'messages', 'messages must not be empty'],
    [{ model: '' }, 'model', 'model must not be empty'],
    [{ modalities: ['text', 'audio'] }, 'modalities', 'modalities must contain only text'],
    [{ top_logprobs: 21 }, 'top_logprobs', 'top_logprobs must be an integer from 0 to 20, not 21'],
    [{ top_logprobs: -1 }, 'top_logprobs', 'top_logprobs must be an integer from 0 to 20, not -1'],
    [{ seed: 1.5 }, 'seed', 'seed must be an integer, not 1.5'],
    [{ stop: [''] }, 'stop[0]', 'stop[0] must not be empty'],
    [
      { prompt_cache_key: 'k'.repeat(65) },
      'prompt_cache_key',
      'prompt_cache_key must have at most 64 characters',
    ],
    [{ functions: [] }, 'functions', 'functions is not supported; use tools and tool_choice'],
    [{ function_call: 'auto' }, 'function_call', 'function_call is not supported; use tools and tool_choice'],
    [
      { tools: [weather()], tool_choice: { type: 'function', function: { name: 'time' } } },
      'tool_choice.function.name',
      'tool_choice.function.name names "time", which is not among the tools',
    ],
    [
      {
        tools: [weather()],
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'time' } }] },
        },
      },
      'tool_choice.allowed_tools.tools[0].function.name',
      'tool_choice.allowed_tools.tools[0].function.name names "time", which is not among the tools',
    ],
    [{ tool_choice: 'any' }, 'tool_choice', 'tool_choice must be one of auto, none, required'],
    [
      { messages: [{ role: 'user', content: [{ type: 'input_audio' }] }] },
      'messages[0].content[0].type',
      'messages[0].content[0].type input_audio is not supported; send a transcript as text',
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] },
      'messages[0].content[0].file.file_id',
      'messages[0].content[0].file.file_id is not supported, because this gateway stores no files; send the data',
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f', file_data: 'x' } }] }] },
      'messages[0].content[0].file.file_id',
      'messages[0].content[0].file.file_id must not be set together with file_data',
    ],
    [
      { messages: [{ role: 'assistant', function_call: {} }] },
      'messages[0].function_call',
      'messages[0].function_call is not supported; use tool_calls',
    ],
    [
      {
        messages: [
          { role: 'tool', tool_call_id: 'c', content: [{ type: 'file', file: { file_data: 'JVBERi0=' } }] },
        ],
      },
      'messages[0].content[0]',
      'messages[0].content[0] must be an image, not application/pdf',
    ],
  ])('is rejected with %j', (body, path, message) => {
    expect(() => parse(body)).toThrow(
      expect.objectContaining({ kind: 'invalid-request', path, message }) as Error,
    );
  });
});

describe('the messages of a Chat Completions request', () => {
  it('convert all roles', () => {
    expect(
      messagesOf(
        { role: 'system', content: 'one' },
        {
          role: 'developer',
          content: [
            { type: 'text', text: 'two' },
            { type: 'text', text: 'three' },
          ],
        },
        USER,
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'a' },
            { type: 'refusal', refusal: 'b' },
          ],
          refusal: 'c',
          reasoning_details: [
            { text: 'why', signature: 'signed' },
            { text: 'unsigned' },
            { signature: 'signed' },
            { text: 'how', signature: tokenText(REPLAY) },
          ],
          tool_calls: [
            {
              id: 'c1',
              type: 'function',
              function: { name: 'weather', arguments: '{"a":1}' },
              extra_content: { majordomo: 'signed' },
            },
            { id: 'c2', function: { name: 'time', arguments: 'x' }, extra_content: { majordomo: 1 } },
            { id: 'c3', function: { name: 'time', arguments: '{}' }, extra_content: 1 },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'sun' },
        { role: 'tool', tool_call_id: 'c9', content: '' },
        {
          role: 'tool',
          tool_call_id: 'c2',
          content: [
            { type: 'text', text: 'map' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
          ],
        },
        { role: 'system', content: 'late' },
      ),
    ).toEqual([
      { role: 'system', parts: [{ type: 'text', text: 'one' }] },
      { role: 'system', parts: [{ type: 'text', text: 'two\nthree' }] },
      { role: 'user', parts: [{ type: 'text', text: 'hi' }] },
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'why', replay: SIGNED },
          { type: 'reasoning', text: '', replay: SIGNED },
          { type: 'reasoning', text: 'how', replay: REPLAY },
          { type: 'text', text: 'abc' },
          { type: 'tool-call', id: 'c1', name: 'weather', args: { a: 1 }, replay: SIGNED },
          {
            type: 'tool-call',
            id: 'c2',
            name: 'time',
            args: {},
            invalid: expect.objectContaining({ raw: 'x' }) as object,
          },
          { type: 'tool-call', id: 'c3', name: 'time', args: {} },
        ],
      },
      {
        role: 'tool',
        parts: [
          { type: 'tool-result', callId: 'c1', name: 'weather', content: [{ type: 'text', text: 'sun' }] },
          { type: 'tool-result', callId: 'c9', name: 'unknown', content: [] },
          {
            type: 'tool-result',
            callId: 'c2',
            name: 'time',
            content: [
              { type: 'text', text: 'map' },
              { type: 'image', mediaType: 'image/png', bytes: expect.any(Uint8Array) as Uint8Array },
            ],
          },
        ],
      },
      { role: 'user', parts: [{ type: 'text', text: '<system-reminder>\nlate\n</system-reminder>' }] },
    ]);
  });

  it('warn once about system turns inside the conversation, and omit empty turns', () => {
    const systemTurn = { role: 'system', content: 'late' };
    const { notes, request } = parse({
      messages: [
        { role: 'system', content: '' },
        { role: 'user', content: '' },
        { role: 'assistant' },
        USER,
        systemTurn,
        systemTurn,
      ],
    });
    expect(request.messages.map(({ role }) => role)).toEqual(['user', 'user', 'user']);
    expect(notes).toEqual([
      {
        action: 'coerced',
        what: 'system',
        why: 'a system turn inside the conversation is sent as user text',
      },
    ]);
  });

  it('convert images and files', () => {
    const image = (url: string): object => ({ type: 'image_url', image_url: { url } });
    const file = (file_data: string, filename?: string): object => ({
      type: 'file',
      file: { file_data, filename },
    });
    const bytes = expect.any(Uint8Array) as Uint8Array;
    expect(
      messagesOf({
        role: 'user',
        content: [
          { type: 'text', text: '' },
          image(`data:image/png;base64,${PNG}`),
          image('https://a.test/cat'),
          file('JVBERi0=', 'a.pdf'),
          file('data:text/plain;base64,aGk='),
          file('https://a.test/pdf'),
        ],
      }),
    ).toEqual([
      {
        role: 'user',
        parts: [
          { type: 'image', mediaType: 'image/png', bytes },
          { type: 'image', mediaType: 'https://a.test/cat', bytes },
          { type: 'file', mediaType: 'application/pdf', bytes, name: 'a.pdf' },
          { type: 'file', mediaType: 'text/plain', bytes },
          { type: 'image', mediaType: 'https://a.test/pdf', bytes },
        ],
      },
    ]);
  });
});
