import type { AssistantPart, ChatResponse } from '@majordomo/core';
import { newId } from '../response/id.ts';
import { envelope, itemOf, responsesUsage, statusOf, type Echo } from './response.ts';

/** Returns a complete response as a `response` object. */
export const completeResponse = ({ parts, finish, usage }: ChatResponse, echo: Echo): object => ({
  ...envelope(newId('resp_'), echo),
  ...statusOf(finish, parts.some(refuses)),
  output: parts.flatMap((part) => (part.type === 'vendor' ? [] : itemOf(part, echo))),
  usage: responsesUsage(usage),
});

const refuses = (part: AssistantPart): boolean => part.type === 'text' && part.isRefusal === true;
