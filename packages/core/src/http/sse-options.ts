/** How events are sent. */
export interface SseOptions {
  /** Of the request: when its reader leaves, the stream ends and its connection is closed. */
  readonly signal?: AbortSignal | undefined;
  /** A comment line when nothing came for this many milliseconds, so that no proxy hangs up. Default 15,000; 0: none. */
  readonly heartbeatMs?: number | undefined;
  /** Besides those of an event stream; they win. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * What the client sees of each event; `undefined` leaves it out. Default: the event itself. It goes by `toJson`, and of
   * errors in it kind and message. How the stream failed is always told, as a last `{ type: 'error', kind, message }`.
   */
  readonly map?: ((event: unknown) => object | undefined) | undefined;
  /** What the stream failed with, for the server's log. It must not throw. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** The headers of an event stream: nothing on the way may keep, compress or collect it. */
export function sseHeaders({ headers = {} }: SseOptions): Record<string, string> {
  const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
    // For nginx, which collects answers by default.
    'x-accel-buffering': 'no',
    ...Object.fromEntries(own),
  };
}
