import { openaiResponses } from '../../src/index.ts';
import { at, type Body, drop, type Json, type Mutation, set } from './mutation.ts';

const PIXEL = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==';
const SECRET = openaiResponses.sign('Two sums.');

const schema = (): Json => ({
  type: 'object',
  properties: { a: { type: 'number' } },
  required: ['a'],
  additionalProperties: false,
});

/** Returns a request that Responses accepts, with every feature. */
export const responsesBody = (): Body => ({
  model: 'gpt-5.1',
  instructions: 'You add.',
  input: [
    {
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_text', text: 'What is 1 + 2, and 3 + 4?' },
        { type: 'input_image', detail: 'auto', image_url: PIXEL },
      ],
    },
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Two sums.' }], encrypted_content: SECRET },
    {
      type: 'function_call',
      id: 'fc_1',
      call_id: 'call_a',
      name: 'add',
      arguments: '{"a":1}',
      status: 'completed',
    },
    { type: 'function_call', call_id: 'call_b', name: 'add', arguments: '{"a":3}' },
    { type: 'function_call_output', call_id: 'call_a', output: '3' },
    { type: 'function_call_output', call_id: 'call_b', output: [{ type: 'input_text', text: '7' }] },
    {
      type: 'message',
      id: 'msg_1',
      status: 'completed',
      phase: 'final_answer',
      role: 'assistant',
      content: [{ type: 'output_text', text: '3 and 7.' }],
    },
    { role: 'user', content: 'Again?' },
  ],
  tools: [{ type: 'function', name: 'add', description: 'Adds.', parameters: schema(), strict: true }],
  tool_choice: { type: 'function', name: 'add' },
  parallel_tool_calls: true,
  text: { format: { type: 'json_schema', name: 'answer', schema: schema(), strict: true } },
  reasoning: { effort: 'low', summary: 'auto' },
  include: ['reasoning.encrypted_content'],
  max_output_tokens: 200,
  temperature: 0.5,
  store: false,
  stream: true,
  stream_options: { include_obfuscation: false },
});

/** Mutations by rule. */
export const responsesMutations: Readonly<Record<string, readonly Mutation[]>> = {
  'unknown-key': [set('', 'stop', ['x']), set('tools.0', 'function', {}), set('input.2', 'args', {})],
  'missing-key': [
    drop('', 'model'),
    drop('input.2', 'name'),
    drop('input.4', 'output'),
    drop('input.1', 'summary'),
  ],
  'wrong-type': [set('', 'tools', null), set('input.2', 'arguments', {}), set('', 'max_output_tokens', '9')],
  'out-of-range': [set('', 'temperature', 3), set('', 'max_output_tokens', 0), set('', 'input', [])],
  'unknown-value': [
    set('reasoning', 'effort', 'most'),
    set('input.0', 'role', 'tool'),
    set('input.0.content.0', 'type', 'text'),
    set('input.2', 'type', 'tool_call'),
  ],
  'lone-surrogate': [set('', 'instructions', '\ud83d')],
  'name-format': [set('input.2', 'name', 'add two'), set('tools.0', 'name', 'x'.repeat(65))],
  'item-id-format': [
    set('input.6', 'id', 'abc'),
    set('input.2', 'id', 'call_a'),
    set('input.6', 'id', `msg_${'x'.repeat(64)}`),
  ],
  'call-id-format': [set('input.2', 'call_id', ''), set('input.2', 'call_id', 'x'.repeat(65))],
  'role-content': [
    set('input.0.content.0', 'type', 'output_text'),
    set('input.6.content.0', 'type', 'input_text'),
  ],
  'tool-call-unanswered': [drop('input', '4')],
  'tool-call-duplicate': [set('input.3', 'call_id', 'call_a')],
  'tool-result-unknown': [set('input.4', 'call_id', 'call_x')],
  'tool-result-duplicate': [set('input.5', 'call_id', 'call_a')],
  'reasoning-unpaired': [
    (body) => {
      const items = at(body, 'input') as unknown as Json[];
      items.push({ type: 'reasoning', summary: [], encrypted_content: openaiResponses.sign('other') });
    },
  ],
  'reasoning-duplicate': [
    (body) => {
      const items = at(body, 'input') as unknown as Json[];
      items.splice(1, 0, structuredClone(items[1] as Json));
    },
  ],
  'item-not-kept': [
    (body) => {
      set('input.1', 'id', 'rs_1')(body);
      drop('input.1', 'encrypted_content')(body);
    },
  ],
  signature: [set('input.1', 'encrypted_content', 'gAAAAA')],
  'image-source': [
    set('input.0.content.1', 'image_url', 'data:image/png;base64,?'),
    set('input.0.content.1', 'image_url', 'file:x'),
  ],
  'image-type': [set('input.0.content.1', 'image_url', 'data:image/tiff;base64,AAAA')],
  'additional-tools': [
    set('tools.0', 'defer_loading', true),
    (body) => {
      const input = body['input'];
      const add = { type: 'function', name: 'add', parameters: schema(), strict: true };
      if (Array.isArray(input)) input.push({ type: 'additional_tools', role: 'developer', tools: [add] });
    },
  ],
  'tool-choice-unknown': [set('tool_choice', 'name', 'subtract')],
  'json-word': [set('text', 'format', { type: 'json_object' })],
  'parameters-schema': [
    set('tools.0', 'parameters', { type: 'array' }),
    set('tools.0', 'parameters', { type: 'object' }),
    set('tools.0.parameters', 'oneOf', [{}]),
  ],
  'strict-schema': [
    set('tools.0.parameters', 'required', []),
    set('text.format.schema', 'additionalProperties', true),
  ],
  'unsupported-parameter': [
    set('', 'model', 'gpt-5-mini'),
    set('', 'model', 'gpt-6-sol'),
    set('', 'model', 'gpt-4o'),
  ],
};
