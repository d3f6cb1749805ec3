import {
  type AnsweredRequest,
  type Answer,
  type Frame,
  type Framing,
  type FullAnswer,
  type Reply,
  eventFrame,
  fullAnswer,
  takeTurns,
} from '@majordomo/testing/internal';
import { type Block, blocksOf, converseUsage, STOP_REASONS } from './blocks.ts';

const JSON_CONTENT = { ':content-type': 'application/json' };

export const event = (type: string, payload: string): Uint8Array =>
  eventFrame({ ':event-type': type, ...JSON_CONTENT, ':message-type': 'event' }, payload);

export const exception = (type: string, payload: string): Uint8Array =>
  eventFrame({ ':exception-type': type, ...JSON_CONTENT, ':message-type': 'exception' }, payload);

const frame = (kind: Frame['kind'], type: string, payload: object): Frame => ({
  kind,
  bytes: event(type, JSON.stringify(payload)),
});

/** Returns the events of an answer: `messageStart`, the events of its blocks, `messageStop` and `metadata`. */
export function converseFrames(
  answer: Answer | string,
  request: AnsweredRequest,
  framing: Framing = {},
): readonly Frame[] {
  const full = fullAnswer(answer, request.model);
  const blocks = blocksOf(full).map(blockFrames);
  // Clients must ignore unknown events, such as this one.
  const noise = framing.noise === true ? [frame('noise', 'keepAlive', {})] : [];
  return [
    frame('head', 'messageStart', { role: 'assistant' }),
    ...(full.interleave ? takeTurns(blocks) : blocks.flat()).flatMap((each) => [each, ...noise]),
    frame('finish', 'messageStop', { stopReason: stopOf(full) }),
    ...tail(full),
  ];
}

/** Returns the end marker of a stream. An answer that ends with `finish` has none. */
function tail({ usage, ends }: FullAnswer): readonly Frame[] {
  if (ends === 'finish') return [];
  return [
    frame('tail', 'metadata', { metrics: { latencyMs: 1 }, ...(usage && { usage: converseUsage(usage) }) }),
  ];
}

function blockFrames({ start, deltas }: Block, contentBlockIndex: number): readonly Frame[] {
  return [
    ...(start === undefined ? [] : [frame('content', 'contentBlockStart', { contentBlockIndex, start })]),
    ...deltas.map((delta) => frame('content', 'contentBlockDelta', { contentBlockIndex, delta })),
    frame('content', 'contentBlockStop', { contentBlockIndex }),
  ];
}

/** Returns the answer as a non-streaming response. */
export function converseComplete(answer: Answer | string, request: AnsweredRequest): Reply {
  const full = fullAnswer(answer, request.model);
  const { usage } = full;
  const content = blocksOf(full).map(({ complete }) => complete);
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': 'req_test' },
    body: JSON.stringify({
      metrics: { latencyMs: 1 },
      output: { message: { content, role: 'assistant' } },
      stopReason: stopOf(full),
      ...(usage && { usage: converseUsage(usage) }),
    }),
  };
}

const stopOf = ({ rawFinish, finish }: FullAnswer): string => rawFinish ?? STOP_REASONS[finish];
