/** Event of the Messages API. */
interface WireEvent {
  readonly type: string;
  readonly [name: string]: unknown;
}

const START_USAGE = {
  input_tokens: 10,
  cache_read_input_tokens: 3,
  cache_creation_input_tokens: 2,
  output_tokens: 1,
};

export const messageStart = (usage: object = START_USAGE): WireEvent => ({
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-test',
    content: [],
    stop_reason: null,
    usage,
  },
});

export const blockStart = (index: number, content_block: object): WireEvent => ({
  type: 'content_block_start',
  index,
  content_block,
});

export const blockDelta = (index: number, delta: object): WireEvent => ({
  type: 'content_block_delta',
  index,
  delta,
});

export const blockStop = (index: number): WireEvent => ({ type: 'content_block_stop', index });

export const textBlock = (index: number, ...chunks: readonly string[]): readonly WireEvent[] => [
  blockStart(index, { type: 'text', text: '' }),
  ...chunks.map((text) => blockDelta(index, { type: 'text_delta', text })),
  blockStop(index),
];

export const toolBlock = (
  index: number,
  id: string,
  name: string,
  ...json: readonly string[]
): readonly WireEvent[] => [
  blockStart(index, { type: 'tool_use', id, name, input: {} }),
  ...json.map((partial_json) => blockDelta(index, { type: 'input_json_delta', partial_json })),
  blockStop(index),
];

export const thinkingBlock = (index: number, thinking: string, signature: string): readonly WireEvent[] => [
  blockStart(index, { type: 'thinking', thinking: '', signature: '' }),
  blockDelta(index, { type: 'thinking_delta', thinking }),
  blockDelta(index, { type: 'signature_delta', signature }),
  blockStop(index),
];

export const messageDelta = (
  stop_reason: string | null,
  usage: object | null = { output_tokens: 7 },
): WireEvent => ({
  type: 'message_delta',
  delta: { stop_reason, stop_sequence: null },
  ...(usage === null ? undefined : { usage }),
});

export const messageStop: WireEvent = { type: 'message_stop' };

export const ping: WireEvent = { type: 'ping' };

/** Returns the last two events of a stream. */
export const endEvents = (stop_reason: string): readonly WireEvent[] => [
  messageDelta(stop_reason),
  messageStop,
];

/** Returns the events of a complete stream with one text block. */
export const textStream = (...chunks: readonly string[]): readonly WireEvent[] => [
  messageStart(),
  ...textBlock(0, ...chunks),
  ...endEvents('end_turn'),
];

/** Returns a non-streaming body. */
export const message = (content: readonly object[], more: object = {}): object => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-test',
  content,
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 7 },
  ...more,
});
