import { requestOf } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { assistant, file, image, toolResult, user } from '@majordomo/core';
import type { AssistantPart, JsonObject, ModelRequest } from '@majordomo/core';
import { modelFacts } from './models.ts';
import { GEMINI_QUIRKS, type Quirks } from './quirks.ts';
import { toWire } from './request.ts';

const SHORT_CACHE = { prefix: 'short', messages: 'short', after: 0, key: 'k' } as const;
const LONG_CACHE = { prefix: 'long', messages: 'long', after: 0, key: 'k' } as const;

const BEFORE_3 = modelFacts('gemini-2.5-flash').quirks;
const wire = (fields: Partial<ModelRequest>, quirks: Quirks = GEMINI_QUIRKS): ReturnType<typeof toWire> =>
  toWire(requestOf(fields), quirks, 'gemini/3-pro');
const config = (fields: Partial<ModelRequest>, quirks?: Quirks): JsonObject =>
  wire(fields, quirks).params.config;
const SCHEMA: JsonObject = {
  type: 'object',
  properties: { city: { type: 'string' } },
  additionalProperties: false,
};
const WEATHER = { name: 'weather', description: 'Says it.', parameters: SCHEMA };
const call = (id: string, data?: string): AssistantPart => ({
  type: 'tool-call',
  id,
  name: 'weather',
  args: { city: id },
  ...(data !== undefined && { replay: { family: 'gemini/3-pro', data } }),
});

describe('toWire', () => {
  it('adds one warning about vendor parts that the API does not accept', () => {
    const vendor = (kind: string, part: JsonObject, family = 'gemini/3-pro'): AssistantPart => ({
      type: 'vendor',
      kind,
      replay: { family, data: { part } },
    });
    const code = { executableCode: { code: '1', language: 'PYTHON' } };
    const search = { toolCall: { id: 'a' } };
    const text: AssistantPart = { type: 'text', text: 'a' };
    const parts = [
      text,
      vendor('hologram', { hologram: {} }),
      vendor('executableCode', code),
      vendor('toolCall', search),
    ];
    const history = [
      user('a'),
      assistant(parts),
      assistant([vendor('hologram', { hologram: {}, thoughtSignature: 's' })]),
      user('b'),
    ];
    const dropped = (what: string): object => ({
      action: 'dropped',
      what,
      why: 'the API does not accept them in a request',
    });
    expect(wire({ messages: history }, { ...GEMINI_QUIRKS, serverToolParts: true }).warnings).toEqual([
      dropped('parts hologram'),
    ]);
    const { warnings } = wire({ messages: history }, { ...GEMINI_QUIRKS, serverToolParts: false });
    expect(warnings).toEqual([dropped('parts hologram, toolCall')]);
  });

  it('writes a history with parallel calls, images, documents and signatures', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const { params, warnings } = wire({
      system: 'Be brief.',
      maxTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      seed: 7,
      stop: ['END'],
      tools: [WEATHER],
      toolChoice: 'auto',
      messages: [
        user('Weather?', image(bytes), file(bytes, 'application/pdf', 'a.pdf')),
        assistant([
          { type: 'text', text: 'I look.', replay: { family: 'gemini/3-pro', data: 'sig0' } },
          call('a', 'sig1'),
          call('b'),
        ]),
        toolResult([
          { callId: 'a', name: 'weather', content: 'sun' },
          { callId: 'b', name: 'weather', content: 'no', isError: true },
        ]),
        assistant('Sun.'),
        user('Thanks.'),
      ],
    });
    expect(warnings).toEqual([]);
    expect(params).toEqual({
      config: {
        systemInstruction: { parts: [{ text: 'Be brief.' }] },
        maxOutputTokens: 100,
        temperature: 0.5,
        topP: 0.9,
        seed: 7,
        stopSequences: ['END'],
        tools: [
          {
            functionDeclarations: [
              { name: 'weather', description: 'Says it.', parametersJsonSchema: SCHEMA },
            ],
          },
        ],
        toolConfig: { functionCallingConfig: { mode: 'AUTO' } },
      },
      contents: [
        {
          role: 'user',
          parts: [
            { text: 'Weather?' },
            { inlineData: { mimeType: 'image/png', data: 'AQID' } },
            { inlineData: { mimeType: 'application/pdf', data: 'AQID' } },
          ],
        },
        {
          role: 'model',
          parts: [
            { text: 'I look.', thoughtSignature: 'sig0' },
            { functionCall: { id: 'a', name: 'weather', args: { city: 'a' } }, thoughtSignature: 'sig1' },
            { functionCall: { id: 'b', name: 'weather', args: { city: 'b' } } },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { id: 'a', name: 'weather', response: { output: 'sun' } } },
            { functionResponse: { id: 'b', name: 'weather', response: { error: 'no' } } },
          ],
        },
        { role: 'model', parts: [{ text: 'Sun.' }] },
        { role: 'user', parts: [{ text: 'Thanks.' }] },
      ],
    });
  });

  it('sends ids of the vendor and no generated ones', () => {
    const generatedIds = ['call_0', 'call_1z141z3_12'];
    const { contents } = wire({
      messages: [
        user('?'),
        assistant([call('own'), ...generatedIds.map((id) => call(id))]),
        toolResult(['own', ...generatedIds].map((callId) => ({ callId, name: 'weather', content: 'sun' }))),
      ],
    }).params;
    const ids = JSON.stringify(contents).match(/"id":"[^"]*"/g);
    expect(ids).toEqual(['"id":"own"', '"id":"own"']);
  });

  it('does not change a frozen request', () => {
    const frozen = Object.freeze(
      requestOf({ tools: Object.freeze([Object.freeze(WEATHER)]), output: { name: 'a', schema: SCHEMA } }),
    );
    const before = JSON.stringify(frozen);
    toWire(frozen, { ...BEFORE_3, schemaField: 'subset' }, 'gemini/2.5-flash');
    expect(JSON.stringify(frozen)).toBe(before);
  });

  it('sends no empty text and no empty assistant turn', () => {
    const { contents } = wire({
      messages: [user('', 'a'), assistant([{ type: 'reasoning', text: 'Hm.' }]), user('')],
    }).params;
    expect(contents).toEqual([
      { role: 'user', parts: [{ text: 'a' }] },
      { role: 'user', parts: [{ text: ' ' }] },
    ]);
  });

  it('warns about a long cache', () => {
    expect(wire({ cache: LONG_CACHE }).warnings).toEqual([
      expect.objectContaining({ action: 'dropped', what: 'cache "long"' }),
    ]);
    expect(wire({ cache: SHORT_CACHE }).warnings).toEqual([]);
  });
});

describe('replay', () => {
  const messages = (parts: readonly AssistantPart[]): ModelRequest['messages'] => [
    user('a'),
    assistant(parts),
    user('b'),
  ];
  const modelParts = (parts: readonly AssistantPart[], quirks?: Quirks): unknown =>
    wire({ messages: messages(parts) }, quirks).params.contents[1]?.['parts'];

  it('sends stored parts back unchanged', () => {
    const part = { executableCode: { code: '1', language: 'PYTHON' }, thoughtSignature: 's' };
    const vendorPart: AssistantPart = {
      type: 'reasoning',
      text: '',
      replay: { family: 'gemini/3-pro', data: { part } },
    };
    expect(modelParts([vendorPart, { type: 'text', text: 'x' }])).toEqual([part, { text: 'x' }]);
  });

  it.each<[string, Partial<AssistantPart>, unknown]>([
    [
      'a separate text',
      { type: 'reasoning' },
      { text: 'I am the model', thought: true, thoughtSignature: 's' },
    ],
    ['a call', { type: 'reasoning' }, { functionCall: { name: 'pay', args: {} }, thoughtSignature: 's' }],
    ['a file', { type: 'vendor' }, { executableCode: {}, fileData: { fileUri: 'gs://elsewhere' } }],
    ['invalid code', { type: 'vendor' }, { executableCode: 'rm' }],
    ['nothing', { type: 'vendor' }, {}],
    ['an invalid signature', { type: 'reasoning' }, { text: '', thoughtSignature: 5 }],
    ['a vendor part stored for a text', { type: 'text' }, { executableCode: { code: '1' } }],
  ])('does not send stored parts of another form: %s', (_, { type }, part) => {
    const data = { part } as JsonObject;
    const invalidPart = {
      type,
      text: '',
      kind: 'odd',
      replay: { family: 'gemini/3-pro', data },
    } as AssistantPart;
    expect(modelParts([invalidPart, { type: 'text', text: 'x' }])).toEqual([{ text: 'x' }]);
  });

  it('sends signed reasoning as a thought, and drops unsigned reasoning', () => {
    const signedReasoning: AssistantPart = {
      type: 'reasoning',
      text: 'Hm.',
      replay: { family: 'gemini/3-pro', data: 's' },
    };
    expect(
      modelParts([signedReasoning, { type: 'reasoning', text: 'Well.' }, { type: 'text', text: 'x' }]),
    ).toEqual([{ text: 'Hm.', thought: true, thoughtSignature: 's' }, { text: 'x' }]);
  });

  it('does not send tokens of another family', () => {
    const otherFamily: AssistantPart = {
      type: 'text',
      text: 'x',
      replay: { family: 'gemini/2.5-pro', data: 's' },
    };
    expect(modelParts([otherFamily])).toEqual([{ text: 'x' }]);
  });

  it('marks the first call of another model, with a warning', () => {
    const { params, warnings } = wire({ messages: messages([call('a'), call('b')]) });
    const parts = params.contents[1]?.['parts'] as readonly JsonObject[];
    expect(parts.map(({ thoughtSignature }) => thoughtSignature)).toEqual([
      'skip_thought_signature_validator',
      undefined,
    ]);
    expect(warnings).toEqual([expect.objectContaining({ action: 'emulated', what: 'thought signature' })]);
  });

  it('does not mark calls for models before 3', () => {
    expect(JSON.stringify(modelParts([call('a')], BEFORE_3))).not.toContain('thoughtSignature');
  });

  it('does not send calls of server tools to Vertex', () => {
    const part = { toolCall: { id: 't' } };
    const vendorPart: AssistantPart = {
      type: 'reasoning',
      text: '',
      replay: { family: 'gemini/3-pro', data: { part } },
    };
    const vertex = { ...GEMINI_QUIRKS, serverToolParts: false };
    expect(modelParts([vendorPart, { type: 'text', text: 'x' }], vertex)).toEqual([{ text: 'x' }]);
  });
});

describe('tools and output', () => {
  it.each([
    ['none', { mode: 'NONE' }],
    ['required', { mode: 'ANY' }],
    [{ name: 'weather' }, { mode: 'ANY', allowedFunctionNames: ['weather'] }],
  ] as const)('choice %j', (toolChoice, functionCallingConfig) => {
    expect(config({ tools: [WEATHER], toolChoice })['toolConfig']).toEqual({ functionCallingConfig });
  });

  it('sends auto as validated calls', () => {
    const validated: Quirks = { ...GEMINI_QUIRKS, autoCalls: 'validated' };
    const choice = (toolChoice?: 'auto' | 'none', quirks?: Quirks): unknown =>
      config({ tools: [WEATHER], toolChoice }, quirks)['toolConfig'];
    expect([choice(), choice('auto')]).toEqual([undefined, { functionCallingConfig: { mode: 'AUTO' } }]);
    const mode = { functionCallingConfig: { mode: 'VALIDATED' } };
    expect([choice(undefined, validated), choice('auto', validated)]).toEqual([mode, mode]);
    expect(choice('none', validated)).toEqual({ functionCallingConfig: { mode: 'NONE' } });
  });

  it('sends a schema raw in the raw fields and reduced in the older ones', () => {
    const fields = { tools: [WEATHER], output: { name: 'answer', schema: SCHEMA } };
    const raw = config(fields);
    expect(raw).toMatchObject({ responseMimeType: 'application/json', responseJsonSchema: SCHEMA });
    const cut = { type: 'OBJECT', properties: { city: { type: 'STRING' } } };
    expect(config(fields, { ...GEMINI_QUIRKS, schemaField: 'subset' })).toEqual({
      tools: [{ functionDeclarations: [{ name: 'weather', description: 'Says it.', parameters: cut }] }],
      responseMimeType: 'application/json',
      responseSchema: cut,
    });
  });

  it('puts the schema into the system text for a model that rejects it with tools, with a warning', () => {
    const { params, warnings } = wire(
      { system: 's', tools: [WEATHER], output: { name: 'answer', schema: SCHEMA } },
      BEFORE_3,
    );
    expect(params.config['responseMimeType']).toBeUndefined();
    expect(JSON.stringify(params.config['systemInstruction'])).toContain('JSON Schema');
    expect(warnings).toEqual([expect.objectContaining({ action: 'emulated', what: 'output' })]);
  });

  const withImage = [
    user('a'),
    assistant([call('x', 's')]),
    toolResult({
      callId: 'x',
      name: 'weather',
      content: [{ type: 'text', text: 'seen' }, image(Uint8Array.of(1))],
    }),
  ];
  it.each([
    [
      'inside the response',
      GEMINI_QUIRKS,
      [
        {
          functionResponse: {
            id: 'x',
            name: 'weather',
            response: { output: 'seen' },
            parts: [{ inlineData: { mimeType: 'image/png', data: 'AQ==' } }],
          },
        },
      ],
    ],
    [
      'after the responses',
      BEFORE_3,
      [
        { functionResponse: { id: 'x', name: 'weather', response: { output: 'seen' } } },
        { inlineData: { mimeType: 'image/png', data: 'AQ==' } },
      ],
    ],
  ] as const)('sends the image of a tool %s', (_name, quirks, parts) => {
    expect(wire({ messages: withImage }, quirks).params.contents[2]).toEqual({ role: 'user', parts });
  });

  it("sends a tool's document inside the response", () => {
    const content = [file(Uint8Array.of(1), 'application/pdf', 'a.pdf')];
    const messages = [...withImage.slice(0, 2), toolResult({ callId: 'x', name: 'weather', content })];
    expect(wire({ messages }, GEMINI_QUIRKS).params.contents[2]).toMatchObject({
      parts: [
        { functionResponse: { parts: [{ inlineData: { mimeType: 'application/pdf', data: 'AQ==' } }] } },
      ],
    });
    expect(modelFacts('gemini-3-pro-preview').capabilities.resultFiles).toContain('application/pdf');
    expect(modelFacts('gemini-2.5-pro').capabilities.resultFiles).toBeUndefined();
  });
});

describe('thinking', () => {
  it.each([
    ['gemini-3.8-flash', 'medium', { includeThoughts: true, thinkingLevel: 'MEDIUM' }, []],
    ['gemini-3-pro-preview', 'medium', { includeThoughts: true, thinkingLevel: 'HIGH' }, ['coerced']],
    ['gemini-3.5-flash', 'none', { includeThoughts: false, thinkingLevel: 'MINIMAL' }, ['coerced']],
    ['models/gemini-2.5-flash', 'low', { includeThoughts: true, thinkingBudget: 1024 }, []],
    ['gemini-2.5-flash', 'none', { includeThoughts: false, thinkingBudget: 0 }, []],
    ['gemini-2.5-pro', 'none', { includeThoughts: true, thinkingBudget: 128 }, ['coerced']],
    ['gemini-2.0-flash', 'high', undefined, []],
    ['gemini-4-argon', 'high', { includeThoughts: true, thinkingLevel: 'HIGH' }, []],
  ] as const)('%s receives "%s"', (modelId, reasoning, thinkingConfig, actions) => {
    const { params, warnings } = toWire(requestOf({ reasoning }), modelFacts(modelId).quirks, 'gemini/x');
    expect(params.config['thinkingConfig']).toEqual(thinkingConfig);
    expect(warnings.map(({ action }) => action)).toEqual(actions);
  });

  it('sends nothing by default', () => {
    expect(config({})).toEqual({});
  });
});

it('sends penalties, log probabilities, top_k and the tier under the names of the wire', () => {
  const settings = {
    topK: 5,
    frequencyPenalty: 0.5,
    presencePenalty: 0.1,
    logprobs: 2,
    serviceTier: 'default',
  } as const;
  expect(config(settings)).toEqual({
    topK: 5,
    frequencyPenalty: 0.5,
    presencePenalty: 0.1,
    responseLogprobs: true,
    logprobs: 2,
    serviceTier: 'standard',
  });
  expect(config({ logprobs: 0 })).toEqual({ responseLogprobs: true });
  expect(config({ output: { name: 'answer', schema: undefined } })).toEqual({
    responseMimeType: 'application/json',
  });
});

it.each([
  ['minimal', GEMINI_QUIRKS, { thinkingLevel: 'LOW' }],
  ['max', GEMINI_QUIRKS, { thinkingLevel: 'HIGH' }],
  ['minimal', BEFORE_3, { thinkingBudget: 512 }],
  ['max', modelFacts('gemini-2.5-pro').quirks, { thinkingBudget: 32_768 }],
] as const)('sends effort %s in the form of the model', (reasoning, quirks, expected) => {
  expect(config({ reasoning }, quirks)['thinkingConfig']).toMatchObject(expected);
});
