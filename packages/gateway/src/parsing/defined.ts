import type { ChatRequest } from '@majordomo/core';

/** Removes undefined members. */
export const definedOnly = (request: Partial<ChatRequest>): Partial<ChatRequest> =>
  Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
