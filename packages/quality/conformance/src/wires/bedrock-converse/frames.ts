import { eventFrame } from '@majordomo/testing/internal';

const JSON_CONTENT = { ':content-type': 'application/json' };

export const event = (type: string, payload: string): Uint8Array =>
  eventFrame({ ':event-type': type, ...JSON_CONTENT, ':message-type': 'event' }, payload);

export const exception = (type: string, payload: string): Uint8Array =>
  eventFrame({ ':exception-type': type, ...JSON_CONTENT, ':message-type': 'exception' }, payload);
