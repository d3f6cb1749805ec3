import type { ChatRequest } from '@majordomo/core';

/** Without what is not set. */
export const definedOnly = (request: Partial<ChatRequest>): Partial<ChatRequest> =>
  Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
