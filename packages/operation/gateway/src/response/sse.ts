/** Formats a server-sent event. Its data needs no escaping, because JSON contains no line breaks. */
export const dataEvent = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

/** Formats a server-sent event whose name is also the member `type` of its data. */
export const namedEvent = (type: string, members: object = {}): string =>
  `event: ${type}\n${dataEvent({ type, ...members })}`;

/** Heartbeat: a comment that clients ignore and that stops proxies from closing the connection. */
export const HEARTBEAT = ': still here\n\n';
