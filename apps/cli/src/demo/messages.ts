import { chunks, type DemoAnswer, type DemoWire } from './wire.ts';

const USAGE = {
  input_tokens: 12,
  output_tokens: 5,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
};

const message = (model: string, content: readonly object[], stopReason: string | null): object => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model,
  content,
  stop_reason: stopReason,
  stop_sequence: null,
  usage: USAGE,
});

const stopReason = (answer: DemoAnswer): string => (typeof answer === 'string' ? 'end_turn' : 'tool_use');

const block = (answer: DemoAnswer): object =>
  typeof answer === 'string'
    ? { type: 'text', text: answer }
    : { type: 'tool_use', id: 'toolu_1', name: answer.tool, input: answer.args };

const event = (type: string, rest: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;

export const messages: DemoWire = {
  basePath: '',
  complete: (answer, model) => message(model, [block(answer)], stopReason(answer)),
  content: (answer, model) => {
    const deltas =
      typeof answer === 'string'
        ? chunks(answer).map((text) => ({ type: 'text_delta', text }))
        : [{ type: 'input_json_delta', partial_json: JSON.stringify(answer.args) }];
    const opening = typeof answer === 'string' ? block('') : block({ ...answer, args: {} });
    return [
      event('message_start', { message: message(model, [], null) }),
      event('content_block_start', { index: 0, content_block: opening }),
      ...deltas.map((delta) => event('content_block_delta', { index: 0, delta })),
    ];
  },
  finish: (answer) => [
    event('content_block_stop', { index: 0 }),
    event('message_delta', {
      delta: { stop_reason: stopReason(answer), stop_sequence: null },
      usage: USAGE,
    }),
    event('message_stop'),
  ],
  failure: (status, text) => ({
    type: 'error',
    error: { type: status === 529 ? 'overloaded_error' : 'api_error', message: text },
  }),
};
