import { type Body, drop, type Mutation, set } from './mutation.ts';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUg==';

/** Returns a request that OpenAI accepts, with every feature. */
export const chatBody = (): Body => ({
  model: 'gpt-4.1',
  messages: [
    { role: 'system', content: 'You add.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is 1 + 2, and 3 + 4?' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}`, detail: 'low' } },
      ],
    },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'call_a', type: 'function', function: { name: 'add', arguments: '{"a":1,"b":2}' } },
        { id: 'call_b', type: 'function', function: { name: 'add', arguments: '{"a":3,"b":4}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'call_a', content: '3' },
    { role: 'tool', tool_call_id: 'call_b', content: [{ type: 'text', text: '7' }] },
    { role: 'assistant', content: '3 and 7.' },
    { role: 'user', content: 'Thanks. As JSON?' },
  ],
  max_completion_tokens: 200,
  temperature: 0.5,
  stop: ['END'],
  stream: true,
  stream_options: { include_usage: true },
  tools: [
    {
      type: 'function',
      function: {
        name: 'add',
        description: 'Adds.',
        strict: true,
        parameters: {
          type: 'object',
          properties: { a: { type: 'number' }, b: { type: 'number' } },
          required: ['a', 'b'],
          additionalProperties: false,
        },
      },
    },
  ],
  tool_choice: { type: 'function', function: { name: 'add' } },
  parallel_tool_calls: true,
  response_format: {
    type: 'json_schema',
    json_schema: {
      name: 'sums',
      strict: true,
      schema: { type: 'object', properties: {}, required: [], additionalProperties: false },
    },
  },
});

const CALLS = 'messages.2.tool_calls';
const IMAGE = 'messages.1.content.1.image_url';

/** Mutations by rule; each violates only this rule. */
export const chatMutations: Readonly<Record<string, readonly Mutation[]>> = {
  'unknown-key': [set('', 'thinking', { type: 'enabled' }), set('messages.5', 'reasoning_content', 'Hm.')],
  'missing-key': [drop('', 'model'), drop('messages.3', 'tool_call_id'), drop('tools.0', 'type')],
  'wrong-type': [
    set('', 'stream', 'true'),
    set('messages.1.content.0', 'text', 7),
    set(`${CALLS}.0.function`, 'arguments', { a: 1 }),
    set('messages.3', 'content', null),
  ],
  'out-of-range': [
    set('', 'temperature', 2.1),
    set('', 'tools', []),
    set('', 'stop', ['1', '2', '3', '4', '5']),
    set('', 'max_completion_tokens', 0),
    set('', 'messages', []),
  ],
  'unknown-value': [set('messages.6', 'role', 'human'), set('', 'tool_choice', { type: 'any' })],
  'lone-surrogate': [
    set('messages.6', 'content', 'broken \ud83d here'),
    set('messages.6', 'content', '\udc00'),
  ],
  'name-format': [
    set('tools.0.function', 'name', 'add.numbers'),
    set('tools.0.function', 'name', 'x'.repeat(65)),
  ],
  'content-missing': [set('messages.5', 'content', null), drop('messages.5', 'content')],
  'tool-id-format': [
    (body) => {
      set(`${CALLS}.0`, 'id', 'c'.repeat(41))(body);
      set('messages.3', 'tool_call_id', 'c'.repeat(41))(body);
    },
    (body) => {
      set(`${CALLS}.0`, 'id', '')(body);
      set('messages.3', 'tool_call_id', '')(body);
    },
  ],
  'tool-id-duplicate': [set(`${CALLS}.1`, 'id', 'call_a')],
  'tool-call-unanswered': [
    drop('messages', '4'),
    (body) => {
      // Inserts a user message between the calls and their results.
      const messages = body['messages'];
      if (Array.isArray(messages)) messages.splice(4, 0, { role: 'user', content: 'wait' });
    },
  ],
  'tool-result-misplaced': [drop('messages', '2')],
  'tool-result-unknown': [set('messages.3', 'tool_call_id', 'call_z')],
  'tool-result-duplicate': [set('messages.4', 'tool_call_id', 'call_a')],
  'tool-content': [
    set('messages.4', 'content', [
      { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
    ]),
  ],
  'image-source': [
    set(IMAGE, 'url', PIXEL),
    set(IMAGE, 'url', 'file:///cat.png'),
    set(IMAGE, 'url', 'data:image/png;base64,not*base64'),
    set(IMAGE, 'url', 'data:image/png;base64,'),
  ],
  'image-type': [set(IMAGE, 'url', `data:image/bmp;base64,${PIXEL}`)],
  'tool-choice-without-tools': [drop('', 'tools')],
  'tool-choice-unknown': [set('tool_choice.function', 'name', 'multiply')],
  'parallel-without-tools': [drop('', 'tools')],
  'stream-options-without-stream': [set('', 'stream', false), drop('', 'stream')],
  'two-token-limits': [set('', 'max_tokens', 200)],
  'json-word': [
    (body) => {
      set('', 'response_format', { type: 'json_object' })(body);
      set('messages.6', 'content', 'Thanks.')(body);
    },
  ],
  'parameters-schema': [
    set('tools.0.function', 'parameters', { type: 'array', items: {} }),
    set('tools.0.function', 'parameters', {}),
    set('tools.0.function', 'parameters', { type: 'object' }),
    set('tools.0.function.parameters', 'anyOf', [{ required: ['a'] }]),
  ],
  'strict-schema': [
    drop('tools.0.function.parameters', 'additionalProperties'),
    set('tools.0.function.parameters', 'required', ['a']),
    set('response_format.json_schema', 'schema', {
      type: 'object',
      properties: { list: { type: 'array', items: { type: 'object', properties: {} } } },
      required: ['list'],
      additionalProperties: false,
    }),
  ],
  'unsupported-parameter': [
    set('', 'model', 'gpt-5-mini'),
    (body) => {
      set('', 'model', 'o4-mini')(body);
      set('', 'max_tokens', 10)(body);
    },
    (body) => {
      set('', 'model', 'gpt-5.4')(body);
      drop('', 'stop')(body);
      set('', 'reasoning_effort', 'low')(body);
    },
    (body) => {
      set('', 'model', 'gpt-6-sol')(body);
      drop('', 'stop')(body);
    },
  ],
};
