import type { ChatRequest } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { parseGemini } from '../src/gemini-generate/read.ts';
import { parseResponses } from '../src/openai-responses/read.ts';
import { refuseFile, refuseUrl, type Media } from '../src/parsing/media.ts';
import { tokenText } from '../src/parsing/replay-token.ts';
import type { ParsedRequest } from '../src/wire.ts';

const MEDIA: Media = {
  byFile: (_, path) => refuseFile(path),
  byUrl: (_, path) => refuseUrl(path),
};
const gemini = (body: object): ParsedRequest => parseGemini(body, MEDIA, { model: 'm', isStreamed: false });
const responses = (body: object): ParsedRequest => parseResponses(body, MEDIA);

const replay = { family: 'test', data: { token: 'é' } };
const TOKEN = tokenText(replay) ?? '';
const IMAGE = { type: 'image' as const, mediaType: 'image/png', bytes: Uint8Array.of(1, 2) };
const SCHEMA = { type: 'object', properties: { city: { type: 'string' } } };

/** Request with each part and setting that the wires of Responses and Gemini share, and the settings of one of them. */
const REQUEST: ChatRequest = {
  messages: [
    { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
    {
      role: 'user',
      parts: [
        { type: 'text', text: 'How cold is it here?' },
        IMAGE,
        { type: 'file', mediaType: 'application/pdf', bytes: Uint8Array.of(3), name: 'map.pdf' },
      ],
    },
    {
      role: 'assistant',
      parts: [
        { type: 'reasoning', text: 'Ask.', replay },
        { type: 'reasoning', text: '', replay },
        { type: 'text', text: 'Wait.' },
        { type: 'tool-call', id: 'call_a', name: 'weather', args: { city: 'Oslo' } },
        { type: 'tool-call', id: 'call_b', name: 'search', args: {} },
      ],
    },
    {
      role: 'tool',
      parts: [
        {
          type: 'tool-result',
          callId: 'call_a',
          name: 'weather',
          content: [{ type: 'text', text: '-3' }, IMAGE],
        },
        { type: 'tool-result', callId: 'call_b', name: 'search', content: [] },
      ],
    },
    { role: 'user', parts: [{ type: 'text', text: 'Thanks.' }] },
  ],
  tools: [
    { name: 'weather', description: 'Weather of a city', parameters: SCHEMA },
    { name: 'search', description: '', parameters: SCHEMA },
  ],
  toolChoice: { name: 'weather' },
  maxTokens: 16,
  temperature: 0.25,
  topP: 0.5,
  topK: 40,
  frequencyPenalty: -2,
  presencePenalty: 2,
  stop: ['END', '.'],
  seed: -7,
  reasoning: 'high',
  reasoningSummary: 'auto',
  endUser: 'ada',
  output: SCHEMA,
};

const RESPONSES = {
  model: 'm',
  store: false,
  instructions: 'Be brief.',
  input: [
    {
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_text', text: 'How cold is it here?' },
        { type: 'input_image', image_url: 'data:image/png;base64,AQI=' },
        { type: 'input_file', file_data: 'data:application/pdf;base64,Aw==', filename: 'map.pdf' },
      ],
    },
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Ask.' }], encrypted_content: TOKEN },
    { type: 'reasoning', summary: [], encrypted_content: TOKEN },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Wait.' }] },
    { type: 'function_call', call_id: 'call_a', name: 'weather', arguments: '{"city":"Oslo"}' },
    { type: 'function_call', call_id: 'call_b', name: 'search', arguments: '{}' },
    {
      type: 'function_call_output',
      call_id: 'call_a',
      output: [
        { type: 'input_text', text: '-3' },
        { type: 'input_image', image_url: 'data:image/png;base64,AQI=' },
      ],
    },
    { type: 'function_call_output', call_id: 'call_b', output: [] },
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Thanks.' }] },
  ],
  tools: [
    { type: 'function', name: 'weather', description: 'Weather of a city', parameters: SCHEMA },
    { type: 'function', name: 'search', description: '', parameters: SCHEMA },
  ],
  tool_choice: { type: 'function', name: 'weather' },
  max_output_tokens: 16,
  temperature: 0.25,
  top_p: 0.5,
  frequency_penalty: -2,
  presence_penalty: 2,
  reasoning: { effort: 'high', summary: 'auto' },
  safety_identifier: 'ada',
  text: { format: { type: 'json_schema', name: 'answer', schema: SCHEMA } },
};

const image = { inlineData: { mimeType: 'image/png', data: 'AQI=' } };
const QUESTION = {
  role: 'user',
  parts: [
    { text: 'How cold is it here?' },
    image,
    { inlineData: { mimeType: 'application/pdf', data: 'Aw==', displayName: 'map.pdf' } },
  ],
};
const CALLS = [
  { functionCall: { id: 'call_a', name: 'weather', args: { city: 'Oslo' } } },
  { functionCall: { id: 'call_b', name: 'search', args: {} } },
];
const RESULTS = {
  role: 'user',
  parts: [
    { functionResponse: { id: 'call_a', name: 'weather', response: { output: '-3' }, parts: [image] } },
    { functionResponse: { id: 'call_b', name: 'search', response: { output: '' }, parts: [] } },
  ],
};
const THANKS = { role: 'user', parts: [{ text: 'Thanks.' }] };
const ANSWER = {
  role: 'model',
  parts: [
    { text: 'Ask.', thought: true, thoughtSignature: TOKEN },
    { text: '', thought: true, thoughtSignature: TOKEN },
    { text: 'Wait.' },
    ...CALLS,
  ],
};
/** Contents of a client that keeps each chunk of a streamed answer. */
const CHUNKS = [
  { text: 'A', thought: true },
  { text: 'sk.', thought: true },
  { text: '', thought: true, thoughtSignature: TOKEN },
  { text: '', thought: true, thoughtSignature: TOKEN },
  { text: 'Wa', thought: false },
  { text: 'it.', thought: false },
  ...CALLS,
  { text: '' },
].map((part) => ({ role: 'model', parts: [part] }));

const GEMINI = {
  contents: [QUESTION, ANSWER, RESULTS, THANKS],
  systemInstruction: { parts: [{ text: 'Be brief.' }] },
  tools: [
    {
      functionDeclarations: [
        { name: 'weather', description: 'Weather of a city', parametersJsonSchema: SCHEMA },
        { name: 'search', description: '', parametersJsonSchema: SCHEMA },
      ],
    },
  ],
  toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['weather'] } },
  generationConfig: {
    maxOutputTokens: 16,
    temperature: 0.25,
    topP: 0.5,
    topK: 40,
    frequencyPenalty: -2,
    presencePenalty: 2,
    stopSequences: ['END', '.'],
    seed: -7,
    responseMimeType: 'application/json',
    responseJsonSchema: SCHEMA,
    thinkingConfig: { includeThoughts: true, thinkingBudget: 24_576 },
  },
};

/** Returns the request without settings that its wire does not have. */
const without = (...names: readonly (keyof ChatRequest)[]): object =>
  Object.fromEntries(Object.entries(REQUEST).filter(([name]) => !names.some((each) => each === name)));

it.each([
  ['Responses', responses, RESPONSES, without('topK', 'stop', 'seed')],
  ['Gemini', gemini, GEMINI, without('endUser')],
  [
    'Gemini, with the chunks of a streamed answer',
    gemini,
    { ...GEMINI, contents: [QUESTION, ...CHUNKS, RESULTS, THANKS] },
    without('endUser'),
  ],
] as const)(
  'a request over %s has all its parts and settings, and no warning',
  (_, parse, body, expected) => {
    const { request, notes } = parse(body);
    expect([request, notes]).toEqual([expected, []]);
  },
);

describe('a request over Gemini', () => {
  const { contents, tools } = GEMINI;

  it.each([
    [{ mode: 'AUTO' }, 'auto'],
    [{ mode: 'NONE' }, 'none'],
    [{ mode: 'ANY' }, 'required'],
    [undefined, undefined],
  ])('with the calling config %j has the tool choice %j', (functionCallingConfig, expected) => {
    const { request, notes } = gemini({ contents, tools, toolConfig: { functionCallingConfig } });
    expect([request.tools, request.toolChoice, notes]).toEqual([REQUEST.tools, expected, []]);
  });

  it('marks a failed call', () => {
    const response = { id: 'call_a', name: 'weather', response: { error: 'no network' } };
    const failed = { role: 'user', parts: [{ functionResponse: response }] };
    expect(gemini({ contents: [QUESTION, ANSWER, failed] }).request.messages.at(-1)).toEqual({
      role: 'tool',
      parts: [
        {
          type: 'tool-result',
          callId: 'call_a',
          name: 'weather',
          content: [{ type: 'text', text: 'no network' }],
          isError: true,
        },
      ],
    });
  });

  it.each([
    [0, 'none'],
    [512, 'minimal'],
    [1024, 'minimal'],
    [2000, 'low'],
    [8000, 'medium'],
    [16_000, 'high'],
    [32_000, 'xhigh'],
    [48_000, 'max'],
  ])('with a thinking budget of %d tokens has the effort %s', (thinkingBudget, effort) => {
    const { request, notes } = gemini({ contents, generationConfig: { thinkingConfig: { thinkingBudget } } });
    expect([request.reasoning, notes]).toEqual([effort, []]);
  });
});
