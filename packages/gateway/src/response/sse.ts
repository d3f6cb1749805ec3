/** Formats a server-sent event. JSON text contains no line breaks. */
export const dataEvent = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

/** Formats a server-sent event whose name is the `type` of the value. */
export const namedEvent = (value: { readonly type: string }): string =>
  `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;

/** Heartbeat: a comment that clients ignore and that stops proxies from closing the connection. */
export const HEARTBEAT = ': still here\n\n';
