import { type Body, drop, type Mutation, set } from './mutation.ts';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUg==';

/** Returns a request that an Ollama server accepts, with every feature. */
export const ollamaBody = (): Body => ({
  model: 'qwen3:4b',
  messages: [
    { role: 'system', content: 'You add.' },
    { role: 'user', content: 'What is 1 + 2, and 3 + 4?', images: [PIXEL] },
    {
      role: 'assistant',
      content: '',
      thinking: 'Two sums.',
      tool_calls: [
        { id: 'call_a', type: 'function', function: { index: 0, name: 'add', arguments: { a: 1, b: 2 } } },
        { function: { name: 'add', arguments: { a: 3, b: 4 } } },
      ],
    },
    { role: 'tool', content: '3', tool_name: 'add', tool_call_id: 'call_a' },
    { role: 'tool', content: '7', tool_name: 'add' },
    { role: 'assistant', content: '3 and 7.' },
    { role: 'user', content: 'Thanks. As JSON?' },
  ],
  stream: true,
  format: { type: 'object', properties: {} },
  keep_alive: '1h30m',
  think: 'low',
  tools: [
    {
      type: 'function',
      function: { name: 'add', description: 'Adds.', parameters: { type: 'object', properties: {} } },
    },
  ],
  options: { num_ctx: 8192, num_predict: 200, temperature: 0.5, top_p: 0.9, seed: 1, stop: ['END'] },
});

/** Mutations by rule. */
export const ollamaMutations: Readonly<Record<string, readonly Mutation[]>> = {
  'unknown-key': [set('', 'max_tokens', 5), set('messages.1', 'name', 'u'), set('options', 'max_tokens', 5)],
  'missing-key': [
    drop('', 'model'),
    drop('messages.1', 'content'),
    drop('messages.2.tool_calls.0.function', 'name'),
  ],
  'wrong-type': [
    set('', 'stream', 'yes'),
    set('messages.1', 'content', [{ type: 'text', text: 'hi' }]),
    set('messages.2.tool_calls.0.function', 'arguments', '{"a":1}'),
    set('options', 'stop', 'END'),
  ],
  'out-of-range': [set('options', 'num_predict', -3), set('options', 'num_ctx', 0)],
  'unknown-value': [
    set('messages.0', 'role', 'developer'),
    set('', 'think', 'xhigh'),
    set('', 'format', 'xml'),
    set('tools.0', 'type', 'custom'),
  ],
  'keep-alive': [set('', 'keep_alive', 'an hour')],
  'lone-surrogate': [set('messages.0', 'content', 'half \ud83d')],
  'image-source': [
    set('messages.1', 'images', [`data:image/png;base64,${PIXEL}`]),
    set('messages.1', 'images', ['']),
  ],
  'tool-result-misplaced': [drop('messages', '2')],
  'tool-result-unknown': [
    set('messages.3', 'tool_name', 'subtract'),
    set('messages.3', 'tool_call_id', 'call_z'),
  ],
  'parameters-schema': [set('tools.0.function', 'parameters', { type: 'string' })],
};
