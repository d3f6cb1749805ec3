import { type Answer, fullAnswer } from '../answer.ts';
import type { Reply } from '../frame.ts';
import type { AnsweredRequest } from '../wire-writer.ts';
import { blocksOf, messagesUsage, STOP_REASONS, stopDetails } from './blocks.ts';

/** Returns the answer as a complete `message`. */
export function messagesComplete(answer: Answer | string, request: AnsweredRequest): Reply {
  const full = fullAnswer(answer, request.model);
  const body = {
    model: full.model,
    id: `msg_${full.id}`,
    type: 'message',
    role: 'assistant',
    content: blocksOf(full).map(({ complete }) => complete),
    stop_reason: full.rawFinish ?? STOP_REASONS[full.finish],
    stop_sequence: null,
    stop_details: stopDetails(full),
    ...(full.usage === undefined ? {} : { usage: messagesUsage(full.usage) }),
  };
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'request-id': `req_${full.id}` },
    body: JSON.stringify(body),
  };
}
