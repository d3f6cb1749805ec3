import { requestOf } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { assistant, file, image, searchResult, toolResult, user } from '@majordomo/core';
import type { AssistantPart, ModelRequest } from '@majordomo/core';
import { modelFacts } from './models.ts';
import { CONVERSE_QUIRKS, type Quirks } from './quirks.ts';
import { toWire } from './request.ts';

const SHORT_CACHE = { prefix: 'short', messages: 'short', after: 0, key: 'k' } as const;
const LONG_CACHE = { prefix: 'long', messages: 'long', after: 0, key: 'k' } as const;

const CLAUDE = modelFacts('us.anthropic.claude-sonnet-4-20250514-v1:0').quirks;
const wire = (
  fields: Partial<ModelRequest>,
  quirks: Quirks = CLAUDE,
  family = 'claude',
): ReturnType<typeof toWire> => toWire(requestOf(fields), 'm', quirks, family);
const WEATHER = { name: 'weather', description: 'Says it.', parameters: { type: 'object', properties: {} } };
const call = (id: string, more: Partial<AssistantPart> = {}): AssistantPart =>
  ({ type: 'tool-call', id, name: 'weather', args: { city: id }, ...more }) as AssistantPart;
const thinking = (data: { signature: string } | { redacted: string }, text = ''): AssistantPart => ({
  type: 'reasoning',
  text,
  replay: { family: 'claude', data },
});

describe('toWire', () => {
  it('writes a history of six turns with parallel tool calls', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const { params, warnings } = wire({
      system: 'Be brief.',
      maxTokens: 100,
      temperature: 0.5,
      stop: ['END'],
      tools: [WEATHER],
      toolChoice: 'required',
      messages: [
        user('Weather in two cities?', image(bytes)),
        assistant([
          thinking({ signature: 'sig' }, 'Hm.'),
          { type: 'text', text: 'I look.' },
          call('a'),
          call('b'),
        ]),
        toolResult([
          { callId: 'a', name: 'weather', content: 'sun' },
          {
            callId: 'b',
            name: 'weather',
            content: [{ type: 'text', text: 'no' }, image(bytes)],
            isError: true,
          },
        ]),
        user('And?'),
        assistant('Sun, and unknown.'),
        user('Thanks.'),
      ],
    });
    expect(warnings).toEqual([]);
    expect(params).toEqual({
      modelId: 'm',
      system: [{ text: 'Be brief.' }],
      inferenceConfig: { maxTokens: 100, temperature: 0.5, stopSequences: ['END'] },
      toolConfig: {
        tools: [
          {
            toolSpec: { name: 'weather', description: 'Says it.', inputSchema: { json: WEATHER.parameters } },
          },
        ],
        toolChoice: { any: {} },
      },
      messages: [
        {
          role: 'user',
          content: [{ text: 'Weather in two cities?' }, { image: { format: 'png', source: { bytes } } }],
        },
        {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'sig' } } },
            { text: 'I look.' },
            { toolUse: { toolUseId: 'a', name: 'weather', input: { city: 'a' } } },
            { toolUse: { toolUseId: 'b', name: 'weather', input: { city: 'b' } } },
          ],
        },
        {
          role: 'user',
          content: [
            { toolResult: { toolUseId: 'a', content: [{ text: 'sun' }], status: 'success' } },
            {
              toolResult: {
                toolUseId: 'b',
                content: [{ text: 'no' }, { image: { format: 'png', source: { bytes } } }],
                status: 'error',
              },
            },
            { text: 'And?' },
          ],
        },
        { role: 'assistant', content: [{ text: 'Sun, and unknown.' }] },
        { role: 'user', content: [{ text: 'Thanks.' }] },
      ],
    });
  });

  it('does not change a frozen request', () => {
    const frozen = Object.freeze(
      requestOf({ messages: Object.freeze([user('a'), user('b')]), cache: LONG_CACHE, system: 's' }),
    );
    const before = JSON.stringify(frozen);
    toWire(frozen, 'm', CLAUDE, 'claude');
    expect(JSON.stringify(frozen)).toBe(before);
  });

  it('merges adjacent messages of one role and begins with the user', () => {
    const { messages } = wire({ messages: [assistant('Hello.'), user('a'), user('b')] }).params;
    expect(messages?.map(({ role, content }) => [role, content?.length])).toEqual([
      ['user', 1],
      ['assistant', 1],
      ['user', 2],
    ]);
  });

  it('sends no blank text', () => {
    const { messages } = wire({
      messages: [user(' ', 'a'), assistant([{ type: 'text', text: '' }, call('x')])],
    }).params;
    expect(messages).toEqual([
      { role: 'user', content: [{ text: 'a' }] },
      {
        role: 'assistant',
        content: [{ toolUse: { toolUseId: 'x', name: 'weather', input: { city: 'x' } } }],
      },
    ]);
  });

  it('maps invalid ids in calls and results', () => {
    const id = 'call.with/illegal characters';
    const { messages } = wire({
      messages: [user('a'), assistant([call(id)]), toolResult({ callId: id, name: 'weather', content: 'x' })],
      tools: [WEATHER],
    }).params;
    const sent = messages?.[1]?.content?.[0]?.toolUse?.toolUseId;
    expect(sent).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(messages?.[2]?.content?.[0]?.toolResult?.toolUseId).toBe(sent);
  });

  it('sends documents with a format, valid names and a text block', () => {
    const pdf = file(Uint8Array.of(1), 'application/pdf', 'Q3_report (final).pdf');
    const { messages } = wire({ messages: [user(pdf, pdf)] }).params;
    expect(messages?.[0]?.content).toEqual([
      { document: { format: 'pdf', name: 'Q3 report (final)', source: { bytes: Uint8Array.of(1) } } },
      { document: { format: 'pdf', name: 'Q3 report (final) 2', source: { bytes: Uint8Array.of(1) } } },
      { text: 'Q3 report (final), Q3 report (final) 2' },
    ]);
  });

  it('rejects media without a format', () => {
    expect(() => wire({ messages: [user(image(Uint8Array.of(1), 'image/tiff'))] })).toThrow(/image\/tiff/);
    expect(() => wire({ messages: [user(file(Uint8Array.of(1), 'application/zip'))] })).toThrow(
      /application\/zip/,
    );
  });
});

describe('reasoning', () => {
  it('sends redacted thinking back as its original bytes', () => {
    const { messages } = wire({
      messages: [user('a'), assistant([thinking({ redacted: 'EtkE' })]), user('b')],
    }).params;
    expect(messages?.[1]?.content).toEqual([
      { reasoningContent: { redactedContent: new TextEncoder().encode('EtkE') } },
    ]);
  });

  it('drops reasoning without a token, with a warning', () => {
    const { params, warnings } = wire({
      messages: [
        user('a'),
        assistant([
          { type: 'reasoning', text: 'Hm.' },
          { type: 'text', text: 'b' },
        ]),
        user('c'),
      ],
    });
    expect(params.messages?.[1]?.content).toEqual([{ text: 'b' }]);
    expect(warnings).toEqual([expect.objectContaining({ what: 'reasoning of earlier turns' })]);
  });

  const fieldsFor = (modelId: string, fields: Partial<ModelRequest>): unknown => {
    const { params } = toWire(requestOf(fields), modelId, modelFacts(modelId).quirks, 'claude');
    const { additionalModelRequestFields, outputConfig, inferenceConfig } = params;
    return { additionalModelRequestFields, outputConfig, inferenceConfig };
  };

  it.each([
    [
      'anthropic.claude-sonnet-4-20250514-v1:0',
      'low',
      {
        additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2048 } },
        inferenceConfig: { maxTokens: 4096 },
      },
    ],
    [
      'global.anthropic.claude-opus-4-6-v1',
      'high',
      { additionalModelRequestFields: { thinking: { type: 'adaptive' } }, outputConfig: { effort: 'high' } },
    ],
    [
      'us.amazon.nova-2-lite-v1:0',
      'medium',
      {
        additionalModelRequestFields: { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'medium' } },
      },
    ],
    ['openai.gpt-oss-120b-1:0', 'high', { additionalModelRequestFields: { reasoning_effort: 'high' } }],
    ['meta.llama3-8b-instruct-v1:0', 'high', {}],
    ['anthropic.claude-sonnet-4-20250514-v1:0', 'none', {}],
  ] as const)('%s receives "%s"', (modelId, reasoning, expected) => {
    expect(fieldsFor(modelId, { reasoning })).toEqual({
      additionalModelRequestFields: undefined,
      outputConfig: undefined,
      inferenceConfig: undefined,
      ...expected,
    });
  });

  it('sends a budget below maxTokens, or none if it does not fit', () => {
    expect(wire({ reasoning: 'high', maxTokens: 4000 }).params.additionalModelRequestFields).toEqual({
      thinking: { type: 'enabled', budget_tokens: 2000 },
    });
    const warningsOf = (fields: Partial<ModelRequest>): unknown => {
      const { params, warnings } = wire({ reasoning: 'high', ...fields });
      expect(params.additionalModelRequestFields).toBeUndefined();
      return warnings.map(({ what }) => what);
    };
    expect(warningsOf({ maxTokens: 1000 })).toEqual(['reasoning']);
    expect(warningsOf({ tools: [WEATHER], toolChoice: 'required' })).toEqual(['reasoning']);
    const unfinished = [
      user('a'),
      assistant([call('x')]),
      toolResult({ callId: 'x', name: 'weather', content: 'y' }),
    ];
    expect(warningsOf({ messages: unfinished, tools: [WEATHER] })).toEqual(['reasoning']);
  });
});

describe('other settings', () => {
  it('sends an output schema as JSON text', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } };
    expect(wire({ output: { name: 'answer', schema } }).params.outputConfig).toEqual({
      textFormat: {
        type: 'json_schema',
        structure: {
          jsonSchema: { name: 'answer', schema: JSON.stringify({ ...schema, additionalProperties: false }) },
        },
      },
    });
  });

  it('moves unsupported keywords to the descriptions, with a warning', () => {
    const schema = { type: 'object', properties: { a: { type: 'string', minLength: 1 } } };
    const { params, warnings } = wire({ output: { name: 'answer', schema } });
    expect(params.outputConfig?.textFormat?.structure?.jsonSchema?.schema).toBe(
      '{"type":"object","properties":{"a":{"type":"string","description":"(minLength: 1)"}},"additionalProperties":false}',
    );
    expect(warnings).toMatchObject([{ action: 'coerced', what: 'output schema: minLength' }]);
  });

  it('puts the schema of a record into the system text', () => {
    const schema = { type: 'object', additionalProperties: { type: 'number' } };
    const { params, warnings } = wire({ output: { name: 'answer', schema }, system: 'Be brief.' });
    expect(params.outputConfig).toBeUndefined();
    expect(params.system?.[0]?.text).toMatch(/^Be brief\.\n\nAnswer with JSON only.*additionalProperties/s);
    expect(warnings).toMatchObject([{ action: 'emulated', what: 'output' }]);
  });

  it('sanitizes the name of a call', () => {
    const messages = [
      user('a'),
      assistant([{ ...call('x'), name: 'exec.command<|channel|>' } as AssistantPart]),
      toolResult({ callId: 'x', name: 'exec.command<|channel|>', content: 'unknown tool', isError: true }),
    ];
    const { params } = wire({ messages });
    expect(params.messages?.[1]?.content?.[0]?.toolUse?.name).toBe('exec_command__channel__');
    expect(params.toolConfig?.tools?.[0]?.toolSpec?.name).toBe('exec_command__channel__');
  });

  it('trims the end of a prefill for Claude only', () => {
    const messages = [user('a'), assistant('Once upon \n')];
    expect(wire({ messages }).params.messages?.[1]?.content).toEqual([{ text: 'Once upon' }]);
    expect(wire({ messages }, CONVERSE_QUIRKS).params.messages?.[1]?.content).toEqual([
      { text: 'Once upon \n' },
    ]);
  });

  it('adds cache points after the system text, the leading messages and the last block', () => {
    const quirks = modelFacts('anthropic.claude-haiku-4-5-20251001-v1:0').quirks;
    const messages = [user('document'), user('a'), assistant('b'), user('c')];
    const plan = { ...SHORT_CACHE, prefix: 'long', after: 1 } as const;
    const { params } = wire({ cache: plan, system: 's', tools: [WEATHER], messages }, quirks);
    const long = { cachePoint: { type: 'default', ttl: '1h' } };
    expect(params.toolConfig?.tools).toHaveLength(1);
    expect(params.system).toEqual([{ text: 's' }, long]);
    expect(params.messages?.map(({ content }) => content)).toEqual([
      [{ text: 'document' }, long, { text: 'a' }],
      [{ text: 'b' }],
      [{ text: 'c' }, { cachePoint: { type: 'default' } }],
    ]);
  });

  it('adds a cache point after the tools without system text, unless the model accepts none there', () => {
    const { quirks } = modelFacts('anthropic.claude-haiku-4-5-20251001-v1:0');
    const chatRequest = { cache: { ...SHORT_CACHE, messages: 'none' }, tools: [WEATHER] } as const;
    const point = { cachePoint: { type: 'default' } };
    expect(wire(chatRequest, quirks).params.toolConfig?.tools?.slice(1)).toEqual([point]);
    const noTools = { ...quirks, cachePoints: 'no-tools' } as const;
    expect(wire(chatRequest, noTools).params.toolConfig?.tools).toHaveLength(1);
  });

  it('sets a cache point between a document without text and its question', () => {
    const document = user(file(Uint8Array.of(1), 'application/pdf', 'a.pdf'));
    const { quirks } = modelFacts('anthropic.claude-haiku-4-5-20251001-v1:0');
    const cache = { ...SHORT_CACHE, messages: 'none', after: 1 } as const;
    const { params } = wire({ cache, messages: [document, user('q')] }, quirks);
    expect(params.messages?.[0]?.content?.map((block) => Object.keys(block)[0])).toEqual([
      'document',
      'cachePoint',
      'text',
    ]);
  });

  it('warns if a model lacks cache points or long ones', () => {
    expect(wire({ cache: SHORT_CACHE }, CONVERSE_QUIRKS).warnings).toEqual([
      expect.objectContaining({ what: 'cache' }),
    ]);
    expect(wire({ cache: LONG_CACHE }).warnings).toEqual([
      expect.objectContaining({ what: 'cache to short' }),
    ]);
  });

  it('sends the system text as the first message to a model without system blocks', () => {
    const { params } = wire({ system: 'Be brief.' }, { ...CLAUDE, system: false });
    expect(params.system).toBeUndefined();
    expect(params.messages?.[0]?.content).toEqual([{ text: 'Be brief.' }, { text: 'hi' }]);
  });

  it('adds vendor tools to those of the request, and sends a complete list of the application unchanged', () => {
    const tools = [{ name: 'f', description: 'F.', parameters: { type: 'object' } }];
    const nova = { systemTool: { name: 'nova_grounding' } };
    const sent = (vendorTools: readonly object[], requestTools = tools): unknown =>
      wire({
        tools: requestTools,
        extra: { toolConfig: { tools: vendorTools } },
      }).params.toolConfig?.tools?.map(({ toolSpec, systemTool }) => toolSpec?.name ?? systemTool?.name);
    expect(sent([nova])).toEqual(['f', 'nova_grounding']);
    expect(sent([nova], [])).toEqual(['nova_grounding']);
    expect(sent([nova, { toolSpec: { name: 'g' } }])).toEqual(['nova_grounding', 'g']);
  });

  it('merges extra last, and the fields for the model by member', () => {
    const { params } = wire({
      reasoning: 'low',
      maxTokens: 5000,
      extra: { guardrailConfig: { guardrailIdentifier: 'g' }, additionalModelRequestFields: { top_k: 5 } },
    });
    expect(params).toMatchObject({
      guardrailConfig: { guardrailIdentifier: 'g' },
      additionalModelRequestFields: { top_k: 5, thinking: { type: 'enabled' } },
    });
  });

  it.each([
    ['both', { temperature: 0.1, topP: 0.2 }, { temperature: 0.1, topP: 0.2 }],
    ['one', { temperature: 0.1, topP: 0.2 }, { temperature: 0.1 }],
    ['none', { temperature: 0.1, topP: 0.2 }, undefined],
  ] as const)(
    'sampling "%s" sends accepted settings and warns about the others',
    (sampling, settings, sent) => {
      const { params, warnings } = wire(settings, { ...CLAUDE, sampling });
      expect(params.inferenceConfig).toEqual(sent);
      expect(warnings).toHaveLength(2 - Object.keys(sent ?? {}).length);
    },
  );
});

it('sends the tier, and top_k for Claude', () => {
  const settings = { serviceTier: 'flex', topK: 5, logprobs: 1 } as const;
  const { params, warnings } = wire(settings);
  expect(params).toMatchObject({ serviceTier: { type: 'flex' }, additionalModelRequestFields: { top_k: 5 } });
  expect(warnings.map(({ what }) => what)).toEqual(['logprobs']);
  const plain = wire(settings, CONVERSE_QUIRKS, 'm');
  expect(plain.params).not.toHaveProperty('additionalModelRequestFields');
  expect(plain.warnings.map(({ what }) => what)).toEqual(['logprobs', 'topK']);
});

it('sends the nearest effort to models that have three', () => {
  const wireRequest = wire({ reasoning: 'xhigh' }, modelFacts('openai.gpt-oss-120b-1:0').quirks, 'm');
  expect(wireRequest.params.additionalModelRequestFields).toEqual({ reasoning_effort: 'high' });
  expect(wireRequest.warnings).toMatchObject([{ what: 'reasoning "xhigh" to high' }]);
});

it('sets no cache point after a document other than a PDF', () => {
  const bytes = Uint8Array.of(1);
  const blockKinds = (mediaType: string): unknown =>
    wire({
      cache: SHORT_CACHE,
      messages: [user('look', file(bytes, mediaType, 'a'))],
    }).params.messages?.[0]?.content?.map((block) => Object.keys(block)[0]);
  expect(blockKinds('text/markdown')).toEqual(['text', 'cachePoint', 'document']);
  expect(blockKinds('application/pdf')).toEqual(['text', 'document', 'cachePoint']);
});

describe('a document in a tool result', () => {
  it('is a document block with a unique name', () => {
    const document = file(Uint8Array.of(1), 'application/pdf', 'a.pdf');
    const { params } = wire({
      messages: [
        user('Compare.', document),
        assistant([call('x')]),
        toolResult({ callId: 'x', name: 'weather', content: [document] }),
      ],
    });
    const first = params.messages?.[0]?.content?.[1]?.document;
    const [documentBlock] = params.messages?.[2]?.content?.[0]?.toolResult?.content ?? [];
    expect(documentBlock?.document).toMatchObject({ format: 'pdf', source: { bytes: Uint8Array.of(1) } });
    expect(documentBlock?.document?.name).not.toBe(first?.name);
  });

  it('is declared as a capability of the models that accept it', () => {
    expect(modelFacts('anthropic.claude-sonnet-4-20250514-v1:0').capabilities.resultFiles).toContain(
      'application/pdf',
    );
    expect(modelFacts('amazon.nova-micro-v1:0').capabilities.resultFiles).toBeUndefined();
    expect(modelFacts('meta.llama3-3-70b-instruct-v1:0').capabilities.resultFiles).toBeUndefined();
  });
});

it('a text with a source is a search result, and a document has its context and a request for citations', () => {
  const found = searchResult({
    source: 'https://a.example/p',
    title: 'Prices',
    text: 'It costs 3.\n\nNot 2.',
  });
  const pdf = {
    ...file(Uint8Array.of(1), 'application/pdf', 'a.pdf'),
    title: 'A',
    context: 'of 2025',
    citations: true,
  };
  const { params } = toWire(requestOf({ messages: [user('q', found, pdf)] }), 'm', CLAUDE, 'claude');
  expect(params.messages?.[0]?.content?.slice(1)).toEqual([
    {
      searchResult: {
        source: 'https://a.example/p',
        title: 'Prices',
        content: [{ text: 'It costs 3.' }, { text: 'Not 2.' }],
        citations: { enabled: true },
      },
    },
    {
      document: {
        format: 'pdf',
        name: 'A',
        source: { bytes: Uint8Array.of(1) },
        context: 'of 2025',
        citations: { enabled: true },
      },
    },
  ]);
});
