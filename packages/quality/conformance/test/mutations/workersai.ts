import { type Body, drop, type Mutation, set } from './mutation.ts';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUg==';

/** Returns an input that a text model of Workers AI accepts, with every compatible feature. */
export const runBody = (): Body => ({
  messages: [
    { role: 'system', content: 'You add.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is 1 + 2?' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
      ],
    },
    {
      role: 'assistant',
      content: '',
      reasoning_content: 'A sum.',
      tool_calls: [{ id: 'call_a', type: 'function', function: { name: 'add', arguments: '{"a":1,"b":2}' } }],
    },
    { role: 'tool', content: '3', name: 'add', tool_call_id: 'call_a' },
    { role: 'user', content: 'Thanks. As JSON?' },
  ],
  tools: [
    {
      type: 'function',
      function: { name: 'add', description: 'Adds.', parameters: { type: 'object', properties: {} } },
    },
  ],
  tool_choice: 'auto',
  max_tokens: 200,
  temperature: 0.5,
  reasoning_effort: 'low',
  response_format: { type: 'json_schema', json_schema: { type: 'object', properties: {} } },
});

/** Mutations by rule. */
export const runMutations: Readonly<Record<string, readonly Mutation[]>> = {
  'unknown-key': [set('', 'model', 'm'), set('messages.0', 'refusal', 'no')],
  'missing-key': [
    drop('', 'messages'),
    drop('messages.0', 'content'),
    drop('tools.0.function', 'description'),
  ],
  'wrong-type': [
    set('messages.2', 'content', null),
    set('messages.2.tool_calls.0.function', 'arguments', { a: 1 }),
    set('', 'stream', 'yes'),
  ],
  'out-of-range': [set('', 'max_tokens', 0), set('', 'temperature', 6), set('', 'messages', [])],
  'unknown-value': [set('messages.0', 'role', 'developer'), set('', 'tool_choice', 'any')],
  'lone-surrogate': [set('messages.0', 'content', 'half \ud83d')],
  'image-source': [set('messages.1.content.1.image_url', 'url', 'https://example.com/a.png')],
  'tool-result-misplaced': [drop('messages', '2')],
  'tool-result-unknown': [set('messages.3', 'tool_call_id', 'call_z')],
  'parameters-schema': [set('tools.0.function', 'parameters', { type: 'string' })],
  'schema-stream': [set('', 'stream', true)],
};
