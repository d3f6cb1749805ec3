import { geminiGenerate } from '../../src/index.ts';
import { at, type Body, drop, type Json, type Mutation, set } from './mutation.ts';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUg==';
const SIGNATURE = geminiGenerate.sign('Two sums.');

const schema = (): Json => ({
  type: 'object',
  properties: { a: { type: 'number' } },
  additionalProperties: false,
});

/** Returns a request that generateContent accepts, with every feature, in both spellings. */
export const geminiBody = (): Body => ({
  systemInstruction: { parts: [{ text: 'You add.' }] },
  contents: [
    {
      role: 'user',
      parts: [
        { text: 'What is 1 + 2, and 3 + 4?' },
        { inline_data: { mime_type: 'image/png', data: PIXEL } },
      ],
    },
    {
      role: 'model',
      parts: [
        { text: 'Two sums.', thought: true },
        { functionCall: { id: 'a', name: 'add', args: { a: 1 } }, thoughtSignature: SIGNATURE },
        { functionCall: { name: 'add', args: { a: 3 } } },
      ],
    },
    {
      role: 'user',
      parts: [
        { functionResponse: { id: 'a', name: 'add', response: { output: '3' } } },
        {
          functionResponse: {
            name: 'add',
            response: { error: 'no' },
            parts: [{ inlineData: { mimeType: 'image/png', data: PIXEL } }],
          },
        },
      ],
    },
    { role: 'model', parts: [{ text: '3.' }, { text: '', thoughtSignature: SIGNATURE }] },
    { role: 'user', parts: [{ text: 'Again?' }] },
    {
      role: 'model',
      parts: [{ functionCall: { name: 'add' }, thoughtSignature: 'skip_thought_signature_validator' }],
    },
    { role: 'user', parts: [{ functionResponse: { name: 'add', response: {} } }] },
  ],
  tools: [
    { functionDeclarations: [{ name: 'add', description: 'Adds.', parametersJsonSchema: schema() }] },
    { googleSearch: {} },
  ],
  toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['add'] } },
  safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
  generationConfig: {
    maxOutputTokens: 200,
    temperature: 0.5,
    topP: 0.9,
    seed: 7,
    stopSequences: ['END'],
    responseMimeType: 'application/json',
    responseJsonSchema: schema(),
    thinkingConfig: { includeThoughts: true, thinkingLevel: 'LOW' },
  },
});

const FUNCTION = 'tools.0.functionDeclarations.0';
const CHOICE = 'toolConfig.functionCallingConfig';
const lastCall = 'contents.5.parts.0';

/** Mutations by rule. */
export const geminiMutations: Readonly<Record<string, readonly Mutation[]>> = {
  'unknown-key': [
    set('', 'messages', []),
    set('generationConfig', 'max_tokens', 5),
    set('contents.0.parts.0', 'type', 'text'),
  ],
  'missing-key': [
    drop('', 'contents'),
    drop('contents.2.parts.0.functionResponse', 'name'),
    drop(FUNCTION, 'name'),
  ],
  'wrong-type': [
    set('contents.0.parts.0', 'text', 7),
    set('contents.1.parts.1.functionCall', 'args', '{"a":1}'),
    set('contents.2.parts.0.functionResponse', 'response', '3'),
    set('generationConfig', 'stopSequences', 'END'),
  ],
  'out-of-range': [
    set('generationConfig', 'temperature', 3),
    set('generationConfig', 'stopSequences', ['1', '2', '3', '4', '5', '6']),
    set('', 'contents', []),
  ],
  'unknown-value': [
    set('contents.0', 'role', 'assistant'),
    set(CHOICE, 'mode', 'REQUIRED'),
    set('generationConfig.thinkingConfig', 'thinkingLevel', 'XHIGH'),
  ],
  'lone-surrogate': [set('contents.0.parts.0', 'text', 'half \ud83d')],
  'name-format': [set(FUNCTION, 'name', 'add two'), set(FUNCTION, 'name', 'a'.repeat(65))],
  'part-data': [
    set('contents.0', 'parts', [{}]),
    set('contents.0.parts.0', 'functionResponse', { name: 'add', response: {} }),
  ],
  'part-role': [
    (body) => {
      at(body, 'contents.1')['role'] = 'user';
    },
    set('contents.3', 'parts', [{ functionResponse: { name: 'add', response: {} } }]),
  ],
  'empty-text': [set('contents.0.parts.0', 'text', '')],
  'inline-data': [
    set('contents.0.parts.1.inline_data', 'data', `data:image/png;base64,${PIXEL}`),
    set('contents.0.parts.1.inline_data', 'mime_type', 'png'),
  ],
  'call-unanswered': [drop('contents.2.parts', '0'), drop('contents', '2')],
  'response-unknown': [
    set('contents.2.parts.0.functionResponse', 'name', 'subtract'),
    set('contents.2.parts.0.functionResponse', 'id', 'z'),
    set('contents.4', 'parts', [{ functionResponse: { name: 'add', response: {} } }]),
  ],
  'made-up-id': [
    (body) => {
      set('contents.1.parts.1.functionCall', 'id', 'call_1z141z3_0')(body);
      set('contents.2.parts.0.functionResponse', 'id', 'call_1z141z3_0')(body);
    },
    (body) => {
      set('contents.1.parts.2.functionCall', 'id', 'call_1')(body);
      set('contents.2.parts.1.functionResponse', 'id', 'call_1')(body);
    },
  ],
  'first-role': [drop('contents', '0')],
  'last-role': [drop('contents', '6')],
  signature: [
    set('contents.1.parts.1', 'thoughtSignature', 'c2lnbmVkIGVsc2V3aGVyZQ=='),
    set('contents.1.parts.1', 'thoughtSignature', `${SIGNATURE}x`),
  ],
  'signature-missing': [drop(lastCall, 'thoughtSignature')],
  'tool-duplicate': [
    (body) => {
      const tools = at(body, 'tools.0')['functionDeclarations'];
      if (Array.isArray(tools)) tools.push({ name: 'add' });
    },
  ],
  'tool-choice': [set(CHOICE, 'mode', 'AUTO'), set(CHOICE, 'allowedFunctionNames', ['subtract'])],
  'enum-empty': [
    (body) => {
      drop(FUNCTION, 'parametersJsonSchema')(body);
      set(FUNCTION, 'parameters', { type: 'STRING', enum: ['', 'a'] })(body);
    },
  ],
  'schema-field': [
    set(FUNCTION, 'parameters', { type: 'OBJECT' }),
    set('generationConfig', 'responseSchema', { type: 'OBJECT' }),
    (body) => {
      drop(FUNCTION, 'parametersJsonSchema')(body);
      set(FUNCTION, 'parameters', schema())(body);
    },
  ],
  'output-type': [
    drop('generationConfig', 'responseMimeType'),
    set('generationConfig', 'responseMimeType', 'text/plain'),
  ],
  thinking: [set('generationConfig.thinkingConfig', 'thinkingBudget', 1024)],
};
