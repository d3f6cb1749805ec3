import type { ChatResponse } from '@majordomo/core';
import { newId } from '../answering/id.ts';
import { envelope, itemOf, messageItem, responsesUsage, statusOf, type Echo } from './response.ts';

/** An answer as one `response`. */
export function wholeResponse({ parts, finish, usage }: ChatResponse, echo: Echo): object {
  return {
    ...envelope(newId('resp_'), echo),
    ...statusOf(finish),
    output: parts.flatMap((part) => {
      if (part.type === 'vendor') return [];
      return part.type === 'text' && finish === 'refusal'
        ? messageItem(newId('msg_'), [{ type: 'refusal', refusal: part.text }])
        : itemOf(part, echo);
    }),
    usage: responsesUsage(usage),
  };
}
