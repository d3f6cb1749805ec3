import { describe, expect, it } from 'vitest';
import { parseMessages } from '../src/anthropic-messages/read.ts';
import { refuseFile, type Media } from '../src/parsing/media.ts';
import { tokenText } from '../src/parsing/replay-token.ts';

const noMedia: Media = {
  byFile: (_, path) => refuseFile(path),
  byUrl: (url, path) => {
    throw new Error(`${path} refers to ${url}`);
  },
};
const REPLAY = { family: 'test', data: { token: 'a' } };
const messages = [{ role: 'user', content: 'hi' }];
const parse = (members: object, purpose?: Parameters<typeof parseMessages>[2]) =>
  parseMessages({ model: 'm', max_tokens: 10, messages, ...members }, noMedia, purpose);
const weather = { name: 'weather', input_schema: { type: 'object' } };

describe('parseMessages', () => {
  it('converts each block of a conversation', () => {
    const { request, notes } = parse({
      system: [
        { type: 'text', text: 'Be brief.' },
        { type: 'text', text: 'Be kind.' },
      ],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'hi' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AQI=' } },
            {
              type: 'document',
              title: 'paper',
              source: { type: 'base64', media_type: 'application/pdf', data: 'AQI=' },
            },
            { type: 'document', title: 'notes', source: { type: 'text', data: 'Tea is hot.' } },
            { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'Ice.' }] } },
            {
              type: 'search_result',
              title: 'Tea',
              source: 'https://a.example',
              content: [{ type: 'text', text: 'Hot.' }],
            },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.' },
            { type: 'thinking', thinking: 'Aha.', signature: 'signed' },
            { type: 'redacted_thinking', data: 'opaque' },
            { type: 'redacted_thinking', data: tokenText(REPLAY) },
            { type: 'text', text: 'Let me see.' },
            { type: 'tool_use', id: 'call_a', name: 'weather', input: { city: 'Oslo' } },
            { type: 'tool_use', id: 'call_b', name: 'weather', input: {} },
            { type: 'tool_use', id: 'call_c', name: 'weather', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'And now?' },
            {
              type: 'tool_result',
              tool_use_id: 'call_a',
              content: [
                { type: 'text', text: '5°' },
                { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AQI=' } },
              ],
            },
            { type: 'tool_result', tool_use_id: 'call_c', content: 'None' },
            { type: 'tool_result', tool_use_id: 'call_b', is_error: true },
          ],
        },
      ],
    });
    const bytes = new Uint8Array([1, 2]);
    expect(request.messages).toEqual([
      { role: 'system', parts: [{ type: 'text', text: 'Be brief.\n\nBe kind.' }] },
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'hi' },
          { type: 'image', mediaType: 'image/png', bytes },
          { type: 'file', mediaType: 'application/pdf', bytes, name: 'paper' },
          { type: 'text', text: 'notes\n\nTea is hot.' },
          { type: 'text', text: 'Ice.' },
          { type: 'text', text: 'Tea (https://a.example)\n\nHot.' },
        ],
      },
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'Aha.', replay: { family: 'claude', data: { signature: 'signed' } } },
          { type: 'reasoning', text: '', replay: { family: 'claude', data: { redacted: 'opaque' } } },
          { type: 'reasoning', text: '', replay: REPLAY },
          { type: 'text', text: 'Let me see.' },
          { type: 'tool-call', id: 'call_a', name: 'weather', args: { city: 'Oslo' } },
          { type: 'tool-call', id: 'call_b', name: 'weather', args: {} },
          { type: 'tool-call', id: 'call_c', name: 'weather', args: {} },
        ],
      },
      {
        role: 'tool',
        parts: [
          {
            type: 'tool-result',
            callId: 'call_a',
            name: 'weather',
            content: [
              { type: 'text', text: '5°' },
              { type: 'image', mediaType: 'image/png', bytes },
            ],
          },
          {
            type: 'tool-result',
            callId: 'call_c',
            name: 'weather',
            content: [{ type: 'text', text: 'None' }],
          },
          { type: 'tool-result', callId: 'call_b', name: 'weather', content: [], isError: true },
        ],
      },
      { role: 'user', parts: [{ type: 'text', text: 'And now?' }] },
    ]);
    expect(notes).toEqual([]);
  });

  it('converts settings, and omits those that the request does not have', () => {
    expect(parse({}).request).toEqual({
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
      maxTokens: 10,
    });
    const parsedRequest = parse({
      stream: true,
      metadata: { user_id: 'u' },
      tools: [
        { ...weather, description: 'Weather' },
        { ...weather, type: 'custom', name: 'other' },
      ],
      tool_choice: { type: 'tool', name: 'other' },
      temperature: 1,
      top_p: 0,
      top_k: 1,
      stop_sequences: ['END'],
      output_config: { effort: 'xhigh', format: { type: 'json_schema', schema: { type: 'object' } } },
      cache_control: { type: 'ephemeral' },
    });
    expect(parsedRequest).toMatchObject({
      model: 'm',
      isStreamed: true,
      metadata: { user_id: 'u' },
      notes: [],
    });
    expect(parsedRequest.request).toEqual({
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
      tools: [
        { name: 'weather', description: 'Weather', parameters: { type: 'object' } },
        { name: 'other', description: '', parameters: { type: 'object' } },
      ],
      toolChoice: { name: 'other' },
      maxTokens: 10,
      temperature: 1,
      topP: 0,
      topK: 1,
      stop: ['END'],
      reasoning: 'xhigh',
      output: { type: 'object' },
      cache: 'short',
      endUser: 'u',
    });
    expect(parse({ max_tokens: undefined }, 'count').request).not.toHaveProperty('maxTokens');
    expect(parse({}).isStreamed).toBe(false);
  });

  it.each([
    [{ type: 'auto' }, 'auto'],
    [{ type: 'any' }, 'required'],
    [{ type: 'none' }, 'none'],
    [undefined, undefined],
  ])('converts the tool choice %o', (choice, expected) => {
    expect(parse({ tools: [weather], tool_choice: choice }).request.toolChoice).toBe(expected);
    expect(parse({ tool_choice: choice }).request).not.toHaveProperty('toolChoice');
  });

  it.each([
    [{ type: 'disabled' }, undefined, 'none'],
    [{ type: 'disabled', display: null }, null, 'none'],
    [{ type: 'adaptive' }, 'max', 'max'],
    [{ type: 'adaptive', display: 'summarized' }, 'low', 'low'],
    [undefined, 'low', 'low'],
    [{ type: 'enabled', budget_tokens: 1024 }, undefined, 'minimal'],
    [{ type: 'enabled', budget_tokens: 1999 }, undefined, 'minimal'],
    [{ type: 'enabled', budget_tokens: 2000 }, undefined, 'low'],
    [{ type: 'enabled', budget_tokens: 7999 }, undefined, 'low'],
    [{ type: 'enabled', budget_tokens: 8000 }, undefined, 'medium'],
    [{ type: 'enabled', budget_tokens: 15_999 }, undefined, 'medium'],
    [{ type: 'enabled', budget_tokens: 16_000 }, undefined, 'high'],
    [{ type: 'enabled', budget_tokens: 31_999 }, undefined, 'high'],
    [{ type: 'enabled', budget_tokens: 32_000 }, undefined, 'xhigh'],
    [{ type: 'enabled', budget_tokens: 47_999 }, undefined, 'xhigh'],
    [{ type: 'enabled', budget_tokens: 48_000 }, undefined, 'max'],
  ])('converts thinking %o with effort %s to %s', (thinking, effort, expected) => {
    const output_config = effort === undefined ? undefined : { effort };
    const { request, notes } = parse({ thinking, output_config });
    expect([request.reasoning, notes]).toEqual([expected, []]);
  });

  it.each([
    [{ type: 'disabled' }, 'low', 'none', 'dropped output_config.effort'],
    [{ type: 'adaptive' }, undefined, 'high', 'coerced thinking to effort high'],
    [{ type: 'between_tools' }, undefined, 'none', 'coerced thinking to effort none'],
    [
      { type: 'between_tools' },
      'medium',
      'none',
      'coerced thinking to effort none, dropped output_config.effort',
    ],
    [{ type: 'enabled', budget_tokens: 1024 }, 'high', 'high', 'dropped thinking.budget_tokens'],
    [{ type: 'adaptive', display: 'omitted' }, 'low', 'low', 'dropped thinking.display'],
    [{ type: 'adaptive', block_binding: {} }, 'low', 'low', 'dropped thinking.block_binding'],
  ])('converts thinking %o with effort %s to %s, and adds %s', (thinking, effort, expected, warnings) => {
    const { request, notes } = parse({ thinking, output_config: { effort } });
    expect(request.reasoning).toBe(expected);
    expect(notes.map(({ action, what }) => `${action} ${what}`).join(', ')).toBe(warnings);
  });

  it('accepts the citations of an earlier response', () => {
    const text = { type: 'text', text: 'a', citations: [{ type: 'char_location', cited_text: 'b' }] };
    const { notes, request } = parse({ messages: [...messages, { role: 'assistant', content: [text] }] });
    expect(notes).toEqual([]);
    expect(request.messages.at(-1)?.parts).toEqual([{ type: 'text', text: 'a' }]);
  });

  const fiveMinutes = { cache_control: { type: 'ephemeral', ttl: '5m' } };
  const oneHour = { cache_control: { type: 'ephemeral', ttl: '1h' } };
  const turn = (mark: object) => [{ role: 'user', content: [{ type: 'text', text: 'hi', ...mark }] }];
  it.each([
    ['the request', fiveMinutes, 'short'],
    ['the request, for an hour', oneHour, 'long'],
    ['the system prompt', { system: [{ type: 'text', text: 'a', ...oneHour }] }, 'long'],
    ['a tool', { tools: [{ ...weather, ...fiveMinutes }] }, 'short'],
    ['a turn', { messages: turn(fiveMinutes) }, 'short'],
    ['two places', { tools: [{ ...weather, ...fiveMinutes }], messages: turn(oneHour) }, 'long'],
    [
      'a block inside a tool result',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: 'a', content: turn(oneHour)[0]?.content }],
          },
        ],
      },
      'long',
    ],
    ['no place', { system: 'a', tools: [weather] }, undefined],
  ])('converts cache control of %s', (_, members, expected) => {
    expect(parse(members).request.cache).toBe(expected);
  });

  it('prefers the format of `output_config` to `output_format`', () => {
    const format = (name: string) => ({ type: 'json_schema', schema: { title: name } });
    const output_config = { format: format('new') };
    expect(parse({ output_format: format('old') }).request.output).toEqual({ title: 'old' });
    expect(parse({ output_format: format('old'), output_config }).request.output).toEqual({ title: 'new' });
  });

  const vendorTools = 'tools that the vendor runs are not supported';
  it.each([
    [{ thread: { type: 'create' } }, 'thread', 'this gateway stores no conversations'],
    [{ container: 'a' }, 'container', vendorTools],
    [{ mcp_servers: [] }, 'mcp_servers', vendorTools],
    [{ context_management: {} }, 'context_management', 'the client manages its transcript'],
    [{ service_tier: 'standard_only' }, 'service_tier', 'most targets do not support it'],
    [{ tools: [{ type: 'bash_1' }] }, 'tool bash_1', 'vendor-defined tools are not supported'],
    [
      { tools: [{ ...weather, allowed_callers: ['code_execution_20260120'] }] },
      'allowed_callers',
      'programs that the vendor runs are not supported; the model calls the tool',
    ],
    [
      { tools: [weather], tool_choice: { type: 'any', disable_parallel_tool_use: true } },
      'disable_parallel_tool_use',
      'not every target can be limited to one call at a time',
    ],
    [
      { messages: turn({ citations: { enabled: true } }) },
      'citations',
      'most targets do not support citations of documents',
    ],
  ])('drops a member with a warning: %o', (members, what, why) => {
    const { notes, request } = parse(members);
    expect(notes).toEqual([{ action: 'dropped', what, why }]);
    expect(request.tools?.map(({ name }) => name) ?? ['weather']).toEqual(['weather']);
  });

  it.each([
    [{ messages: turn({ citations: { enabled: false } }) }],
    [{ tools: [weather], tool_choice: { type: 'any', disable_parallel_tool_use: false } }],
    [{ service_tier: 'auto' }],
  ])('adds no warning for %o', (members) => {
    expect(parse(members).notes).toEqual([]);
  });

  const block = (value: object) => ({ messages: [{ role: 'user', content: [value] }] });
  const assistantTurn = (value: object) => ({ messages: [{ role: 'assistant', content: [value] }] });
  const source = 'messages[0].content[0].source';
  it.each<[object, string]>([
    [{ messages: [] }, 'messages'],
    [{ max_tokens: undefined }, 'max_tokens'],
    [{ model: '' }, 'model'],
    [{ top_k: -1 }, 'top_k'],
    [{ stop_sequences: [''] }, 'stop_sequences[0]'],
    [{ thinking: { type: 'enabled', budget_tokens: 1023 } }, 'thinking.budget_tokens'],
    [{ output_config: { format: { type: 'text', schema: {} } } }, 'output_config.format.type'],
    [{ tools: [{ ...weather, name: '' }] }, 'tools[0].name'],
    [{ tools: [{ ...weather, description: 1 }] }, 'tools[0].description'],
    [{ tools: [weather], tool_choice: { type: 'tool', name: 'x' } }, 'tool_choice.name'],
    [
      block({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: '%' } }),
      `${source}.data`,
    ],
    [
      block({ type: 'image', source: { type: 'base64', media_type: '', data: 'AQI=' } }),
      `${source}.media_type`,
    ],
    [block({ type: 'image', source: { type: 'base64', media_type: 'text/plain', data: 'AQI=' } }), source],
    [block({ type: 'image', source: { type: 'url', url: '' } }), `${source}.url`],
    [block({ type: 'image', source: { type: 'url', url: 'data:a' } }), `${source}.url`],
    [block({ type: 'image', source: { type: 'file', file_id: 'a' } }), `${source}.file_id`],
    [block({ type: 'tool_result', tool_use_id: '' }), 'messages[0].content[0].tool_use_id'],
    [block({ type: 'tool_result', tool_use_id: 'a', is_error: 1 }), 'messages[0].content[0].is_error'],
    [assistantTurn({ type: 'tool_use', id: '', name: 'a', input: {} }), 'messages[0].content[0].id'],
    [assistantTurn({ type: 'tool_use', id: 'a', name: '', input: {} }), 'messages[0].content[0].name'],
    [assistantTurn({ type: 'tool_use', id: 'a', name: 'a', input: [] }), 'messages[0].content[0].input'],
  ])('refuses %j and names the path %s', (members, path) => {
    expect(() => parse(members)).toThrow(expect.objectContaining({ kind: 'invalid-request', path }));
  });

  it('refuses a stored file, and a thread to continue, with the reason', () => {
    const stored = block({ type: 'document', source: { type: 'file', file_id: 'a' } });
    expect(() => parse(stored)).toThrow(
      `${source}.file_id is not supported, because this gateway stores no files; send the data`,
    );
    expect(() => parse({ thread: { type: 'continue' } })).toThrow(
      expect.objectContaining({
        kind: 'invalid-request',
        path: 'thread',
        code: 'thread_not_found',
        message:
          'thread: "continue" is not supported, because this gateway stores no conversations; send all messages',
      }),
    );
  });
});
