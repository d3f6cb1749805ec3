/** Formats a server-sent event. JSON contains no line breaks. */
export const dataEvent = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

/** Formats a server-sent event with its type as its name. */
export const namedEvent = (value: { readonly type: string }): string =>
  `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;

/** Comment that clients ignore. It keeps proxies from closing the connection. */
export const HEARTBEAT = ': still here\n\n';
