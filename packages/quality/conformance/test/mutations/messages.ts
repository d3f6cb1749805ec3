import { anthropicMessages } from '../../src/index.ts';
import { at, type Body, drop, type Json, type Mutation, set } from './mutation.ts';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUg==';
const THINKING_TEXT = 'Two sums: I call the tool twice.';

const schema = (): Json => ({
  type: 'object',
  properties: { a: { type: 'number' }, b: { type: 'number' } },
  required: ['a', 'b'],
  additionalProperties: false,
});

/** Returns a request that the Messages API accepts, with every feature. */
export const messagesBody = (): Body => ({
  model: 'claude-sonnet-4-5',
  max_tokens: 4096,
  system: [{ type: 'text', text: 'You add.', cache_control: { type: 'ephemeral' } }],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is 1 + 2, and 3 + 4?' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: THINKING_TEXT, signature: anthropicMessages.sign(THINKING_TEXT) },
        { type: 'text', text: 'I add.' },
        { type: 'tool_use', id: 'toolu_a', name: 'add', input: { a: 1, b: 2 } },
        { type: 'tool_use', id: 'toolu_b', name: 'add', input: { a: 3, b: 4 } },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_a', content: '3' },
        {
          type: 'tool_result',
          tool_use_id: 'toolu_b',
          is_error: true,
          content: [
            { type: 'text', text: 'out of numbers', cache_control: { type: 'ephemeral', ttl: '1h' } },
          ],
        },
        { type: 'text', text: 'Go on.' },
      ],
    },
  ],
  stream: true,
  thinking: { type: 'enabled', budget_tokens: 1024 },
  tools: [{ name: 'add', description: 'Adds.', strict: true, input_schema: schema() }],
  tool_choice: { type: 'auto', disable_parallel_tool_use: false },
  output_config: { format: { type: 'json_schema', schema: schema() } },
  metadata: { user_id: 'u1' },
});

const ASSISTANT_CONTENT = 'messages.1.content';
const RESULTS = 'messages.2.content';

/** Returns a mutation that adds a last assistant message to continue. */
const prefilled =
  (text: string): Mutation =>
  (body) => {
    drop('', 'thinking')(body);
    const messages = body['messages'];
    if (Array.isArray(messages)) messages.push({ role: 'assistant', content: text });
  };

const withMarkers =
  (count: number): Mutation =>
  (body) => {
    const more = Array.from({ length: count }, (_, n) => ({
      type: 'text',
      text: `mark ${n}`,
      cache_control: { type: 'ephemeral' },
    }));
    const content = at(body, RESULTS);
    if (Array.isArray(content)) content.push(...more);
  };

const tools = (count: number, input_schema: Json): Mutation =>
  set(
    '',
    'tools',
    Array.from({ length: count }, (_, n) => ({ name: `tool_${n}`, strict: true, input_schema })),
  );

const unions: Json = {
  type: 'object',
  properties: Object.fromEntries(
    Array.from({ length: 17 }, (_, n) => [`p${n}`, { type: ['string', 'null'] }]),
  ),
  additionalProperties: false,
};

/** Mutations by rule; each violates only this rule. */
export const messagesMutations: Readonly<Record<string, readonly Mutation[]>> = {
  'unknown-key': [
    set('', 'stop', ['x']),
    set(`${RESULTS}.0`, 'name', 'add'),
    set('messages.0', 'name', 'Ada'),
  ],
  'missing-key': [
    drop('', 'max_tokens'),
    drop(`${ASSISTANT_CONTENT}.0`, 'signature'),
    drop('tools.0', 'input_schema'),
  ],
  'wrong-type': [
    set('', 'max_tokens', 12.5),
    set(`${ASSISTANT_CONTENT}.2`, 'input', '{"a":1}'),
    set('tools.0', 'input_schema', true),
    set('messages.0', 'content', null),
  ],
  'out-of-range': [set('', 'temperature', 1.5), set('', 'messages', []), set('', 'max_tokens', 0)],
  'unknown-value': [
    set('messages.0', 'role', 'tool'),
    set('', 'tool_choice', { type: 'required' }),
    set(`${RESULTS}.2`, 'type', 'input_text'),
    // Each role allows different blocks.
    set('messages.0.content', '0', { type: 'tool_use', id: 'x', name: 'add', input: {} }),
  ],
  'lone-surrogate': [set(`${RESULTS}.2`, 'text', 'broken \ud83d here')],
  'name-format': [set('tools.0', 'name', 'add numbers'), set('tools.0', 'name', 'x'.repeat(129))],
  'first-role': [drop('messages', '0')],
  'content-missing': [set('messages.0', 'content', [])],
  'empty-text': [
    set(`${RESULTS}.2`, 'text', ''),
    set('system.0', 'text', ''),
    set('messages.0', 'content', ''),
    set(`${RESULTS}.1.content.0`, 'text', ''),
  ],
  'tool-id-format': [
    (body) => {
      set(`${ASSISTANT_CONTENT}.2`, 'id', 'call|1')(body);
      set(`${RESULTS}.0`, 'tool_use_id', 'call|1')(body);
    },
  ],
  'tool-id-duplicate': [set(`${ASSISTANT_CONTENT}.3`, 'id', 'toolu_a')],
  'tool-call-unanswered': [drop(RESULTS, '0'), drop('messages', '2')],
  'tool-result-misplaced': [
    (body) => {
      const content = at(body, RESULTS);
      if (Array.isArray(content)) content.reverse();
    },
  ],
  'tool-result-unknown': [set(`${RESULTS}.0`, 'tool_use_id', 'toolu_z')],
  'tool-result-duplicate': [set(`${RESULTS}.1`, 'tool_use_id', 'toolu_a')],
  'image-source': [
    set('messages.0.content.1.source', 'data', 'not*base64'),
    set('messages.0.content.1.source', 'data', ''),
  ],
  'image-type': [
    set('messages.0.content.1.source', 'media_type', 'image/bmp'),
    set(`${RESULTS}.1`, 'content', [
      { type: 'image', source: { type: 'base64', media_type: 'image/svg+xml', data: PIXEL } },
    ]),
    set('messages.0.content.1', 'type', 'document'),
  ],
  signature: [
    set(`${ASSISTANT_CONTENT}.0`, 'signature', 'c2lnbmVkIGVsc2V3aGVyZQ=='),
    set(`${ASSISTANT_CONTENT}.0`, 'thinking', `${THINKING_TEXT} `),
    set(ASSISTANT_CONTENT, '0', { type: 'redacted_thinking', data: 'c2VhbGVkIGVsc2V3aGVyZQ==' }),
  ],
  'too-many-cache-markers': [withMarkers(3)],
  'tool-duplicate': [
    (body) => {
      const list = body['tools'];
      if (Array.isArray(list)) list.push({ name: 'add', input_schema: schema() });
    },
  ],
  'tools-deferred': [
    set('tools.0', 'defer_loading', true),
    (body) => {
      const list = body['tools'];
      const cached = { type: 'ephemeral' };
      if (Array.isArray(list))
        list.push({ name: 'more', input_schema: schema(), defer_loading: true, cache_control: cached });
    },
  ],
  'tool-reference-unknown': [
    set(`${RESULTS}.0`, 'content', [{ type: 'tool_reference', tool_name: 'multiply' }]),
  ],
  'error-content': [
    set(`${RESULTS}.1`, 'content', [{ type: 'tool_reference', tool_name: 'add' }]),
    set(`${RESULTS}.1`, 'content', [
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
    ]),
  ],
  'tool-choice-without-tools': [drop('', 'tools')],
  'tool-choice-unknown': [
    (body) => {
      drop('', 'thinking')(body);
      set('', 'tool_choice', { type: 'tool', name: 'multiply' })(body);
    },
  ],
  'parameters-schema': [
    set('tools.0.input_schema', 'type', 'array'),
    set('tools.0.input_schema', 'oneOf', [{ type: 'object' }]),
  ],
  'strict-schema': [
    drop('tools.0.input_schema', 'additionalProperties'),
    set('output_config.format.schema.properties.a', 'minimum', 0),
    set('output_config.format.schema.properties', 'a', { $ref: '#' }),
    set('output_config.format.schema.properties', 'a', { type: 'array', minItems: 2 }),
  ],
  'strict-limits': [tools(21, schema()), tools(1, unions)],
  'thinking-options': [
    set('thinking', 'budget_tokens', 1023),
    set('', 'max_tokens', 1024),
    set('', 'temperature', 0.5),
    set('', 'top_k', 5),
    set('', 'top_p', 0.9),
  ],
  'tool-choice-forced': [
    set('', 'tool_choice', { type: 'any' }),
    (body) => {
      set('', 'model', 'claude-opus-5-5')(body);
      drop('', 'thinking')(body);
      set('', 'tool_choice', { type: 'tool', name: 'add' })(body);
    },
    (body) => {
      set('', 'model', 'claude-opus-4-7')(body);
      set('', 'thinking', { type: 'adaptive' })(body);
      set('', 'tool_choice', { type: 'any' })(body);
    },
  ],
  'thinking-first': [
    drop(ASSISTANT_CONTENT, '0'),
    (body) => {
      // A result after other content is at the wrong position.
      const content = at(body, ASSISTANT_CONTENT);
      if (Array.isArray(content)) content.push(...content.splice(0, 1));
    },
  ],
  prefill: [
    (body) => {
      prefilled('{"sum":')(body);
      set('', 'model', 'claude-opus-4-6')(body);
    },
    (body) => {
      prefilled('{"sum":')(body);
      set('', 'thinking', { type: 'adaptive' })(body);
    },
  ],
  'trailing-space': [prefilled('The sum is ')],
};
