import { sseEvent } from '@majordomo/core/toolkit';

/** Formats a server-sent event. */
export const dataEvent = (value: object): string => sseEvent(JSON.stringify(value));

/** Formats a server-sent event whose name is also the member `type` of its data. */
export const namedEvent = (type: string, members: object = {}): string =>
  sseEvent(JSON.stringify({ type, ...members }), type);
