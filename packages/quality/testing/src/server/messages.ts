import { wordsOf, type ResponseContent, type ServerWire } from './response.ts';

const USAGE = { input_tokens: 12, output_tokens: 5 };

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
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

const stopReason = ({ toolCalls }: ResponseContent): string =>
  toolCalls.length > 0 ? 'tool_use' : 'end_turn';

interface Block {
  readonly block: object;
  /** Content block as its start event contains it, without the contents of the deltas. */
  readonly empty: object;
  readonly deltas: readonly object[];
}

const blocksOf = ({ text, toolCalls }: ResponseContent): readonly Block[] => [
  ...(text === ''
    ? []
    : [
        {
          block: { type: 'text', text },
          empty: { type: 'text', text: '' },
          deltas: wordsOf(text).map((word) => ({ type: 'text_delta', text: word })),
        },
      ]),
  ...toolCalls.map(({ name, args }, at) => {
    const call = { type: 'tool_use', id: `toolu_${at}`, name };
    const deltas = [{ type: 'input_json_delta', partial_json: JSON.stringify(args) }];
    return { block: { ...call, input: args }, empty: { ...call, input: {} }, deltas };
  }),
];

const event = (type: string, rest: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;

/** Conversion of responses to the format of Anthropic's Messages API. */
export const messages: ServerWire = {
  complete: (content, model) =>
    message(
      model,
      blocksOf(content).map(({ block }) => block),
      stopReason(content),
    ),
  content(content, model) {
    const blocks = blocksOf(content);
    return [
      event('message_start', { message: message(model, [], null) }),
      ...blocks.flatMap(({ empty, deltas }, index) => [
        event('content_block_start', { index, content_block: empty }),
        ...deltas.map((delta) => event('content_block_delta', { index, delta })),
        ...(index < blocks.length - 1 ? [event('content_block_stop', { index })] : []),
      ]),
    ];
  },
  finish(content) {
    const last = blocksOf(content).length - 1;
    return [
      ...(last < 0 ? [] : [event('content_block_stop', { index: last })]),
      event('message_delta', {
        delta: { stop_reason: stopReason(content), stop_sequence: null },
        usage: USAGE,
      }),
      event('message_stop'),
    ];
  },
  error: (status, text) => ({
    type: 'error',
    error: { type: ERROR_TYPES[status] ?? 'api_error', message: text },
  }),
};
