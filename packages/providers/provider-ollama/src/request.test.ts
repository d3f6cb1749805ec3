import { LlmError, assistant, image, toolResult, user, type ModelRequest } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { CHAT_QUIRKS, type OllamaQuirks, type RunnerOptions } from './quirks.ts';
import { toWire } from './request.ts';

const SHORT_CACHE = { prefix: 'short', messages: 'short', after: 0, key: 'k' } as const;
const LONG_CACHE = { prefix: 'long', messages: 'long', after: 0, key: 'k' } as const;

const FAMILY = 'chat-reasoning@here#ollama';
const ADD = { name: 'add', description: 'Adds.', parameters: { type: 'object', properties: {} } };
const SUB = { ...ADD, name: 'sub' };
const OUTPUT = { name: 'answer', schema: { type: 'object', properties: { n: { type: 'number' } } } };

const wire = (
  fields: Partial<ModelRequest>,
  { quirks, ...runner }: RunnerOptions & { quirks?: Partial<OllamaQuirks> } = {},
) =>
  toWire(
    { messages: [user('hi')], tools: [], output: undefined, extra: {}, ...fields },
    'm:latest',
    { ...CHAT_QUIRKS, ...quirks },
    { family: FAMILY, stream: true, ...runner },
  );

describe('a request', () => {
  it('contains only a model, messages and the stream setting', () => {
    expect(wire({})).toEqual({
      params: { model: 'm:latest', messages: [{ role: 'user', content: 'hi' }], stream: true },
      warnings: [],
    });
  });

  it('sends settings in options', () => {
    const { params } = wire(
      { system: 'Be brief.', maxTokens: 9, temperature: 0, topP: 0.5, seed: 7, stop: ['END'] },
      { numCtx: 8192, keepAlive: '10m' },
    );
    expect(params).toMatchObject({
      messages: [{ role: 'system', content: 'Be brief.' }, { role: 'user' }],
      keep_alive: '10m',
      options: { num_ctx: 8192, num_predict: 9, temperature: 0, top_p: 0.5, seed: 7, stop: ['END'] },
    });
  });

  it('merges extra last, options by their fields', () => {
    const { params } = wire(
      { maxTokens: 9, extra: { keep_alive: 0, options: { num_ctx: 1, top_k: 2 } } },
      { numCtx: 8 },
    );
    expect(params).toMatchObject({ keep_alive: 0, options: { num_predict: 9, num_ctx: 1, top_k: 2 } });
  });

  it('sends arguments as objects, named results and marked errors', () => {
    const { params, warnings } = wire({
      messages: [
        user('1 + 2?'),
        assistant([
          { type: 'reasoning', text: 'A sum.', replay: { family: FAMILY, data: null } },
          { type: 'reasoning', text: 'Foreign.', replay: { family: 'claude', data: 'x' } },
          { type: 'text', text: 'Let me ' },
          { type: 'text', text: 'see.' },
          { type: 'tool-call', id: 'c1', name: 'add', args: { a: 1 } },
        ]),
        toolResult({ callId: 'c1', name: 'add', content: 'no', isError: true }),
      ],
    });
    expect(params.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: 'Let me see.',
        thinking: 'A sum.',
        tool_calls: [{ id: 'c1', function: { name: 'add', arguments: { a: 1 } } }],
      },
      { role: 'tool', content: 'ERROR: no', tool_name: 'add', tool_call_id: 'c1' },
    ]);
    expect(warnings).toEqual([]);
  });

  it('sends images next to the text, and those of results in the next message', () => {
    const bytes = Uint8Array.of(1, 2, 255);
    const { params, warnings } = wire({
      messages: [
        user('What is this?', image(bytes), 'And that?'),
        assistant([{ type: 'tool-call', id: 'c1', name: 'look', args: {} }]),
        toolResult({ callId: 'c1', name: 'look', content: [image(bytes)] }),
      ],
    });
    expect(params.messages).toMatchObject([
      { content: 'What is this?\n\nAnd that?', images: ['AQL/'] },
      { role: 'assistant' },
      { role: 'tool', content: 'See the images below.' },
      { role: 'user', content: 'Images of the result of look:', images: ['AQL/'] },
    ]);
    expect(warnings).toMatchObject([{ action: 'coerced', what: 'images of the result of look' }]);
  });

  it.each<[ModelRequest['toolChoice'], string[], number]>([
    [undefined, ['add', 'sub'], 0],
    ['auto', ['add', 'sub'], 0],
    ['none', [], 0],
    ['required', ['add', 'sub'], 1],
    [{ name: 'sub' }, ['sub'], 1],
  ])('with tool choice %j offers %j and warns %i times', (toolChoice, names, count) => {
    const { params, warnings } = wire({ tools: [ADD, SUB], toolChoice });
    expect(params.tools?.map((tool) => tool.function.name) ?? []).toEqual(names);
    expect(warnings).toHaveLength(count);
  });

  it.each<[ModelRequest['reasoning'], OllamaQuirks['think'], unknown, number]>([
    [undefined, 'boolean', undefined, 0],
    ['none', 'boolean', false, 0],
    ['high', 'boolean', true, 1],
    ['none', 'levels', false, 0],
    ['low', 'levels', 'low', 0],
    ['high', 'levels', 'high', 0],
  ])('with reasoning %j and %s thinks %j', (reasoning, think, sent, count) => {
    const { params, warnings } = wire({ reasoning }, { quirks: { think } });
    expect(params.think).toBe(sent);
    expect(warnings).toHaveLength(count);
  });

  it('sends a schema as format', () => {
    const { params, warnings } = wire({ output: OUTPUT });
    expect(params.format).toEqual(OUTPUT.schema);
    expect(params.messages).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  it('repeats the schema in the text for servers that ignore it', () => {
    const first = wire({ output: OUTPUT, system: 'Be brief.' }, { quirks: { schema: 'format-and-prompt' } });
    expect(first.params.format).toEqual(OUTPUT.schema);
    expect(first.params.messages[0]?.content).toMatch(/^Be brief\.\n\n.*JSON Schema:\n\{"type":"object"/s);
    expect(first.warnings).toMatchObject([{ action: 'emulated', what: 'output' }]);
    const later = wire(
      { output: OUTPUT, messages: [user('hi'), assistant('{"n":1}'), user('again')] },
      { quirks: { schema: 'format-and-prompt' } },
    );
    expect(JSON.stringify(later.params.messages).match(/JSON Schema/g)).toHaveLength(1);
  });

  it('sends the schema in the text with tools, because format would forbid calls', () => {
    const { params, warnings } = wire({ output: OUTPUT, tools: [ADD] });
    expect(params.format).toBeUndefined();
    expect(params.messages[0]).toMatchObject({ role: 'system' });
    expect(warnings).toMatchObject([{ action: 'emulated', what: 'output' }]);
  });

  it.each([0, -1, 1.5, Number.NaN])('rejects a limit of %d tokens', (maxTokens) => {
    expect(() => wire({ maxTokens })).toThrow(LlmError);
  });

  it('rejects a file before any call', () => {
    const file = { type: 'file', mediaType: 'application/pdf', bytes: new Uint8Array() } as const;
    expect(() => wire({ messages: [user(file)] })).toThrow(expect.objectContaining({ kind: 'unsupported' }));
  });

  it('warns about a long cache', () => {
    expect(wire({ cache: LONG_CACHE }).warnings).toMatchObject([{ action: 'dropped', what: 'cache "long"' }]);
    expect(wire({ cache: SHORT_CACHE }).warnings).toEqual([]);
  });
});

it('sends settings of the runner and warns about the others', () => {
  const { params, warnings } = wire({
    topK: 5,
    frequencyPenalty: 1,
    presencePenalty: 2,
    logprobs: 3,
    serviceTier: 'flex',
    output: { name: 'answer', schema: undefined },
  });
  expect(params).toMatchObject({
    format: 'json',
    logprobs: true,
    top_logprobs: 3,
    options: { top_k: 5, frequency_penalty: 1, presence_penalty: 2 },
  });
  expect(warnings.map(({ what }) => what)).toEqual(['serviceTier']);
  const levels = wire({ reasoning: 'max' }, { quirks: { think: 'levels' } });
  expect(levels).toMatchObject({ params: { think: 'high' }, warnings: [{ action: 'coerced' }] });
});
