import { assistant, image, toolResult, user, type ModelRequest } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { RUN_QUIRKS, type RunQuirks } from './quirks.ts';
import { toWire, type WireRequest } from './request.ts';

const SHORT_CACHE = { prefix: 'short', messages: 'short', after: 0, key: 'k' } as const;
const LONG_CACHE = { prefix: 'long', messages: 'long', after: 0, key: 'k' } as const;

const FAMILY = 'chat-reasoning@here#cloudflare';
const ADD = { name: 'add', description: 'Adds.', parameters: { type: 'object', properties: {} } };
const SUB = { ...ADD, name: 'sub' };
const SCHEMA = { type: 'object', properties: { n: { type: 'number' } } };
const CHAT_LIKE: RunQuirks = { reasoning: 'reasoning_effort', stop: true, toolChoice: true };

const wire = (fields: Partial<ModelRequest>, quirks = RUN_QUIRKS, stream = true): WireRequest =>
  toWire({ messages: [user('hi')], tools: [], output: undefined, extra: {}, ...fields }, quirks, {
    stream,
    family: FAMILY,
  });

describe('a request', () => {
  it('contains only messages and a stream by default', () => {
    const hi = { role: 'user', content: 'hi' };
    expect(wire({})).toEqual({ input: { messages: [hi], stream: true }, warnings: [] });
    expect(wire({}, RUN_QUIRKS, false).input).toEqual({ messages: [hi] });
  });

  it('omits members without a value', () => {
    const { input } = wire({ maxTokens: undefined, temperature: undefined, seed: 7 });
    expect(Object.keys(input)).toEqual(['messages', 'stream', 'seed']);
  });

  it.each([
    [0, 1],
    [-5, 1],
    [1, 1],
    [9_999_999_999, 9_999_999_999],
    [2 ** 40, 9_999_999_999],
  ])('sends a seed of %d as %d with a warning', (seed, sent) => {
    const { input, warnings } = wire({ seed });
    expect(input['seed']).toBe(sent);
    expect(warnings.map(({ action, what }) => `${action} ${what}`)).toEqual(
      seed === sent ? [] : [`coerced seed to ${sent}`],
    );
  });

  it('uses the names of the vendor and merges extra last', () => {
    const { input, warnings } = wire(
      {
        system: 'Be brief.',
        maxTokens: 9,
        temperature: 0,
        topP: 0.5,
        seed: 7,
        stop: ['END'],
        reasoning: 'high',
        extra: { top_k: 2, seed: 8 },
      },
      CHAT_LIKE,
    );
    expect(input).toEqual({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'hi' },
      ],
      stream: true,
      max_tokens: 9,
      temperature: 0,
      top_p: 0.5,
      seed: 8,
      stop: ['END'],
      reasoning_effort: 'high',
      top_k: 2,
    });
    expect(warnings).toEqual([]);
  });

  it.each<[what: string, fields: Partial<ModelRequest>]>([
    ['stop', { stop: ['END'] }],
    ['reasoning "low"', { reasoning: 'low' }],
    ['cache "long"', { cache: LONG_CACHE }],
  ])('drops %s with a warning', (what, fields) => {
    const { input, warnings } = wire(fields);
    expect(input).toEqual(wire({}).input);
    expect(warnings).toMatchObject([{ action: 'dropped', what }]);
  });

  it('does not warn about a setting without effect', () => {
    expect(wire({ stop: [], cache: SHORT_CACHE })).toEqual(wire({}));
  });

  it('sends a schema without a name', () => {
    const { input } = wire({ output: { name: 'answer', schema: SCHEMA } }, RUN_QUIRKS, false);
    expect(input.response_format).toEqual({ type: 'json_schema', json_schema: SCHEMA });
  });

  it.each([0, -1, 1.5, Number.NaN])('with maxTokens %d is rejected before it is sent', (maxTokens) => {
    expect(() => wire({ maxTokens })).toThrow(expect.objectContaining({ kind: 'invalid-request' }));
  });
});

describe('turns', () => {
  it('have arguments as text, named results, marked errors and no null content', () => {
    const { input } = wire({
      messages: [
        user('1 + 2?'),
        assistant([
          { type: 'reasoning', text: 'A sum.', replay: { family: FAMILY, data: null } },
          { type: 'reasoning', text: 'Foreign.', replay: { family: 'claude', data: 'x' } },
          { type: 'tool-call', id: 'c1', name: 'add', args: { a: 1 } },
        ]),
        toolResult({ callId: 'c1', name: 'add', content: 'no', isError: true }),
      ],
    });
    expect(input.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: '',
        reasoning_content: 'A sum.',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } }],
      },
      { role: 'tool', content: 'ERROR: no', name: 'add', tool_call_id: 'c1' },
    ]);
  });

  it('have text as a string, and parts only with images', () => {
    const bytes = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
    const { input, warnings } = wire({
      messages: [
        user('one', 'two'),
        user('What is this?', image(bytes)),
        assistant([{ type: 'tool-call', id: 'c1', name: 'look', args: {} }]),
        toolResult({ callId: 'c1', name: 'look', content: [image(bytes)] }),
      ],
    });
    const imagePart = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } };
    expect(input.messages.map(({ content }) => content)).toEqual([
      'one\n\ntwo',
      [{ type: 'text', text: 'What is this?' }, imagePart],
      '',
      'See the images below.',
      [{ type: 'text', text: 'Images of the result of look:' }, imagePart],
    ]);
    expect(warnings).toMatchObject([{ action: 'coerced', what: 'images of the result of look' }]);
  });

  it('reject files', () => {
    const file = {
      type: 'file',
      mediaType: 'application/pdf',
      bytes: Uint8Array.of(1),
      name: 'a.pdf',
    } as const;
    expect(() => wire({ messages: [{ role: 'user', parts: [file] }] })).toThrow(
      expect.objectContaining({ kind: 'unsupported' }),
    );
  });
});

describe('tools', () => {
  it.each<
    [choice: ModelRequest['toolChoice'], offered: string[], sentChoice: string | undefined, warned: string[]]
  >([
    [undefined, ['add', 'sub'], undefined, []],
    ['auto', ['add', 'sub'], undefined, []],
    ['none', [], undefined, []],
    ['required', ['add', 'sub'], undefined, ['toolChoice "required"']],
    [{ name: 'sub' }, ['sub'], undefined, ['toolChoice "sub"']],
  ])('for a model without forced calls: choice %j offers %j', (toolChoice, offered, sentChoice, warned) => {
    const { input, warnings } = wire({ tools: [ADD, SUB], toolChoice });
    expect((input.tools ?? []).map((tool) => tool.function.name)).toEqual(offered);
    expect(input.tool_choice).toBe(sentChoice);
    expect(warnings.map(({ what }) => what)).toEqual(warned);
  });

  it.each<[choice: ModelRequest['toolChoice'], offered: string[], sentChoice: string | undefined]>([
    [undefined, ['add', 'sub'], undefined],
    ['auto', ['add', 'sub'], 'auto'],
    ['required', ['add', 'sub'], 'required'],
    [{ name: 'sub' }, ['sub'], 'required'],
  ])('for a model with forced calls: choice %j offers %j and sends %j', (toolChoice, offered, sentChoice) => {
    const { input, warnings } = wire({ tools: [ADD, SUB], toolChoice }, CHAT_LIKE);
    expect(input.tools?.map((tool) => tool.function.name)).toEqual(offered);
    expect(input.tool_choice).toBe(sentChoice);
    expect(warnings).toEqual([]);
  });
});

it('sends penalties and top_k, and warns about unsupported settings', () => {
  const settings = {
    topK: 5,
    frequencyPenalty: 1,
    presencePenalty: 2,
    logprobs: 3,
    serviceTier: 'flex',
  } as const;
  const { input, warnings } = wire({ ...settings, output: { name: 'answer', schema: undefined } });
  expect(input).toMatchObject({
    top_k: 5,
    frequency_penalty: 1,
    presence_penalty: 2,
    response_format: { type: 'json_object' },
  });
  expect(warnings.map(({ what }) => what)).toEqual(['logprobs', 'serviceTier']);
  expect(wire({ reasoning: 'max' }, CHAT_LIKE).input['reasoning_effort']).toBe('high');
});
