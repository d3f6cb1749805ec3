import { bedrockConverse } from '../../src/index.ts';
import { at, type Body, drop, type Json, type Mutation, onModel, set } from './mutation.ts';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUg==';
const THINKING_TEXT = 'Two sums: I call the tool twice.';

const schema = (): Json => ({ type: 'object', properties: { a: { type: 'number' } } });

/** Returns a request that Converse accepts, with every feature. */
export const converseBody = (): Body => ({
  system: [{ text: 'You add.' }, { cachePoint: { type: 'default', ttl: '1h' } }],
  messages: [
    {
      role: 'user',
      content: [
        { text: 'What is 1 + 2, and 3 + 4?' },
        { image: { format: 'png', source: { bytes: PIXEL } } },
        { document: { format: 'pdf', name: 'Sums (draft)', source: { bytes: PIXEL } } },
      ],
    },
    {
      role: 'assistant',
      content: [
        {
          reasoningContent: {
            reasoningText: { text: THINKING_TEXT, signature: bedrockConverse.sign(THINKING_TEXT) },
          },
        },
        { text: 'I add.' },
        { toolUse: { toolUseId: 'a', name: 'add', input: { a: 1 } } },
        { toolUse: { toolUseId: 'b', name: 'add', input: { a: 3 } } },
      ],
    },
    {
      role: 'user',
      content: [
        { toolResult: { toolUseId: 'a', content: [{ text: '3' }, { json: { sum: 3 } }], status: 'success' } },
        { toolResult: { toolUseId: 'b', content: [{ image: { format: 'png', source: { bytes: PIXEL } } }] } },
        { text: 'Go on.' },
        { cachePoint: { type: 'default' } },
      ],
    },
  ],
  inferenceConfig: { maxTokens: 4096, stopSequences: ['END'] },
  toolConfig: {
    tools: [
      { toolSpec: { name: 'add', description: 'Adds.', inputSchema: { json: schema() } } },
      { toolSpec: { name: 'noop', inputSchema: { json: schema() } } },
      { systemTool: { name: 'nova_grounding' } },
    ],
    toolChoice: { auto: {} },
  },
  outputConfig: {
    textFormat: {
      type: 'json_schema',
      structure: { jsonSchema: { name: 'answer', schema: '{"type":"object","additionalProperties":false}' } },
    },
  },
  additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1024 } },
});

const ASSISTANT_CONTENT = 'messages.1.content';
const RESULTS = 'messages.2.content';
const TOOLS = 'toolConfig.tools';

const pushed =
  (path: string, key: string, value: Json): Mutation =>
  (body) => {
    const items = at(body, path)[key];
    if (Array.isArray(items)) items.push(value);
  };

/** Returns a mutation that adds a last assistant message. */
const withLastAssistant =
  (text: string): Mutation =>
  (body) => {
    pushed('', 'messages', { role: 'assistant', content: [{ text }] })(body);
  };

/** Mutations by rule. */
export const converseMutations: Readonly<Record<string, readonly Mutation[]>> = {
  'unknown-key': [
    set('', 'max_tokens', 5),
    set('messages.0', 'name', 'u'),
    set('inferenceConfig', 'topK', 5),
  ],
  'missing-key': [
    drop('', 'messages'),
    drop(`${ASSISTANT_CONTENT}.2.toolUse`, 'toolUseId'),
    drop(`${TOOLS}.0.toolSpec`, 'inputSchema'),
  ],
  'wrong-type': [
    set('', 'system', 'You add.'),
    set('messages.0', 'content', 'hi'),
    set('inferenceConfig', 'stopSequences', 'END'),
  ],
  'out-of-range': [
    set('inferenceConfig', 'maxTokens', 0),
    set('inferenceConfig', 'temperature', 1.5),
    set('messages.0', 'content', []),
  ],
  'unknown-value': [
    set('messages.0', 'role', 'system'),
    set('messages.0.content.1.image', 'format', 'image/png'),
  ],
  'lone-surrogate': [set('messages.0.content.0', 'text', 'half \ud83d')],
  'name-format': [
    set(`${TOOLS}.1.toolSpec`, 'name', 'no op'),
    set(`${TOOLS}.1.toolSpec`, 'name', 'a'.repeat(65)),
  ],
  'tool-id-format': [
    set(`${ASSISTANT_CONTENT}.2.toolUse`, 'toolUseId', 'call|1'),
    set(`${ASSISTANT_CONTENT}.2.toolUse`, 'toolUseId', 'a'.repeat(65)),
  ],
  'document-name': [
    set('messages.0.content.2.document', 'name', 'sums.pdf'),
    set('messages.0.content.2.document', 'name', 'two  spaces'),
    pushed('messages.0', 'content', { document: { name: 'Sums (draft)', source: { bytes: PIXEL } } }),
  ],
  'block-data': [
    set('messages.0', 'content', [{}]),
    set('messages.0.content.0', 'image', { format: 'png', source: { bytes: PIXEL } }),
  ],
  'block-role': [
    pushed('messages.1', 'content', { image: { format: 'png', source: { bytes: PIXEL } } }),
    pushed('messages.0', 'content', { toolUse: { toolUseId: 'z', name: 'add', input: {} } }),
  ],
  'first-role': [drop('messages', '0')],
  alternation: [
    pushed('', 'messages', { role: 'assistant', content: [{ text: 'a' }] }),
    drop('messages', '2'),
  ].map((mutate, variant) => (body) => {
    mutate(body);
    pushed('', 'messages', { role: 'assistant', content: [{ text: `way ${variant}` }] })(body);
  }),
  'blank-text': [
    set('messages.0.content.0', 'text', ' \n'),
    set(`${RESULTS}.0.toolResult`, 'content', [{ text: '' }]),
  ],
  'document-alone': [drop('messages.0.content', '0')],
  'media-bytes': [set('messages.0.content.1.image.source', 'bytes', `data:image/png;base64,${PIXEL}`)],
  'tool-id-duplicate': [set(`${ASSISTANT_CONTENT}.3.toolUse`, 'toolUseId', 'a')],
  'tool-call-unanswered': [drop(RESULTS, '1'), drop('messages', '2')],
  'tool-result-unknown': [set(`${RESULTS}.0.toolResult`, 'toolUseId', 'z')],
  'tool-result-duplicate': [set(`${RESULTS}.1.toolResult`, 'toolUseId', 'a')],
  'tools-missing': [drop('', 'toolConfig')],
  'tool-duplicate': [set(`${TOOLS}.1.toolSpec`, 'name', 'add')],
  'tool-choice-unknown': [set('toolConfig', 'toolChoice', { tool: { name: 'subtract' } })],
  'parameters-schema': [
    set(`${TOOLS}.0.toolSpec.inputSchema`, 'json', { properties: {} }),
    set(`${TOOLS}.0.toolSpec.inputSchema.json`, 'anyOf', [{ type: 'object' }]),
  ],
  signature: [
    set(`${ASSISTANT_CONTENT}.0.reasoningContent.reasoningText`, 'text', 'edited'),
    drop(`${ASSISTANT_CONTENT}.0.reasoningContent.reasoningText`, 'signature'),
    set(`${ASSISTANT_CONTENT}.0`, 'reasoningContent', { redactedContent: PIXEL }),
  ],
  'too-many-cache-points': [
    (body) => {
      for (let n = 0; n < 3; n++) pushed('', 'system', { cachePoint: { type: 'default' } })(body);
    },
  ],
  'thinking-options': [
    set('inferenceConfig', 'temperature', 0.5),
    set('inferenceConfig', 'topP', 0.5),
    set('inferenceConfig', 'maxTokens', 1024),
    set('additionalModelRequestFields.thinking', 'budget_tokens', 500),
  ],
  'tool-choice-forced': [
    set('toolConfig', 'toolChoice', { any: {} }),
    onModel('us.anthropic.claude-sonnet-5-5', (body) => {
      drop('', 'additionalModelRequestFields')(body);
      set('toolConfig', 'toolChoice', { tool: { name: 'add' } })(body);
    }),
    onModel('us.anthropic.claude-opus-4-7', (body) => {
      set('', 'additionalModelRequestFields', { thinking: { type: 'adaptive' } })(body);
      set('toolConfig', 'toolChoice', { any: {} })(body);
    }),
  ],
  'thinking-first': [drop(ASSISTANT_CONTENT, '0')],
  'output-schema': [
    '{"type":',
    '{"type":"object"}',
    '{"type":"object","additionalProperties":false,"properties":{"a":{"type":"string","minLength":1}}}',
    '{"type":"object","additionalProperties":false,"properties":{"a":{"type":"array","items":{},"minItems":2}}}',
    '{"type":"object","additionalProperties":false,"properties":{"a":{"$ref":"#"}}}',
    '{"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},"b":{"items":{"$ref":"#/$defs/a"}}}}',
    '{"$ref":"https://example.org/schema.json"}',
  ].map((schema) => set('outputConfig.textFormat.structure.jsonSchema', 'schema', schema)),
  'trailing-space': [onModel('anthropic.claude-sonnet-4-5-20250929-v1:0', withLastAssistant('Once upon '))],
  prefill: [onModel('us.anthropic.claude-opus-4-6-v1', withLastAssistant('Once upon'))],
};
