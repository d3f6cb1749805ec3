import { type Answer, fullAnswer, type FullAnswer } from '../answer.ts';
import { type AnsweredRequest, type Frame, type Framing, sseFrame } from '../wire-writer.ts';
import { type Block, blocksOf, messagesUsage, STOP_REASONS, stopDetails } from './blocks.ts';

/** JSON of an event. */
interface StreamEvent {
  readonly type: string;
  readonly [member: string]: unknown;
}

/**
 * Returns the events of an answer: `message_start`, the events of its blocks, `message_delta` and `message_stop`. `message_delta` contains
 * the finish reason, and `message_stop` is the end marker.
 */
export function messagesFrames(
  answer: Answer | string,
  request: AnsweredRequest,
  framing: Framing = {},
): readonly Frame[] {
  const full = fullAnswer(answer, request.model);
  const event = (kind: Frame['kind'], data: StreamEvent): Frame =>
    sseFrame(kind, JSON.stringify(data), data.type, framing);
  const ping = framing.noise === true ? [event('noise', { type: 'ping' })] : [];
  return [
    event('head', messageStart(full)),
    ...blocksOf(full).flatMap((block, index) => [...blockFrames(block, index, event), ...ping]),
    ...(full.ends === 'marker' ? [] : [event('finish', messageDelta(full))]),
    ...(full.ends === 'finish' ? [] : [event('tail', { type: 'message_stop' })]),
  ];
}

/** Returns the first event. Its number of output tokens is provisional, as the vendor sends it. */
function messageStart({ id, model, usage }: FullAnswer): StreamEvent {
  const message = {
    model,
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    ...(usage === undefined ? {} : { usage: { ...messagesUsage(usage), output_tokens: 1 } }),
  };
  return { type: 'message_start', message };
}

/** Returns the event that contains the stop reason and the usage. */
function messageDelta(answer: FullAnswer): StreamEvent {
  const { finish, rawFinish, usage } = answer;
  const delta = {
    stop_reason: rawFinish ?? STOP_REASONS[finish],
    stop_sequence: null,
    stop_details: stopDetails(answer),
  };
  return {
    type: 'message_delta',
    delta,
    ...(usage === undefined ? {} : { usage: messagesUsage(usage) }),
  };
}

function blockFrames(
  block: Block,
  index: number,
  event: (kind: Frame['kind'], data: StreamEvent) => Frame,
): readonly Frame[] {
  const start = { type: 'content_block_start', index, content_block: block.opening };
  return [
    event('content', start),
    ...block.deltas.map((delta) => event('content', { type: 'content_block_delta', index, delta })),
    event('content', { type: 'content_block_stop', index }),
  ];
}
