import type { AssistantPart, ChatResponse } from '@majordomo/core';
import { isWirePart } from '../response/citations.ts';
import type { ResponseIds } from './response-ids.ts';
import { envelope, itemOf, responsesUsage, statusOf, type Echo, type ResponseBody } from './response.ts';

/** Returns a complete response as a `response` object. */
export const completeResponse = (
  { parts, finish, usage, warnings }: ChatResponse,
  echo: Echo,
  ids: ResponseIds,
): ResponseBody => ({
  ...envelope(ids.response, echo, warnings),
  ...statusOf(finish, parts.some(refuses)),
  completed_at: echo.now(),
  output: [
    ...(echo.mcp?.listItems(ids) ?? []),
    ...parts.flatMap((part) => (isWirePart(part) ? itemOf(part, echo, (prefix) => ids.item(prefix)) : [])),
  ],
  usage: responsesUsage(usage),
});

const refuses = (part: AssistantPart): boolean => part.type === 'text' && part.isRefusal === true;
