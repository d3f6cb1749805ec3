/** Returns a server-sent event. The data contains no line breaks, like JSON. */
export const sseEvent = (data: string, event?: string): string =>
  event === undefined ? `data: ${data}\n\n` : `event: ${event}\ndata: ${data}\n\n`;

/** Comment that clients ignore, and that stops proxies from closing an idle connection. */
export const SSE_HEARTBEAT = ': still here\n\n';

/** Returns a value as a line of JSON Lines. */
export const jsonLine = (value: unknown): string => `${JSON.stringify(value)}\n`;
