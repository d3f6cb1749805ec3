/** One server-sent event of JSON; JSON has no line ends of its own. */
export const dataEvent = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

/** The same with its name. */
export const namedEvent = (value: { readonly type: string }): string =>
  `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;

/** A line that every client passes over: it keeps proxies from hanging up. */
export const HEARTBEAT = ': still here\n\n';
