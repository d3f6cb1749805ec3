/** Part of a `WebSocket` that is used. The sockets of browsers, of Node and of the package `ws` have it. */
export interface SocketLike {
  /** 1 if messages can be sent, as in the DOM. */
  readonly readyState: number;
  /** Sends a text message. */
  send(text: string): void;
  /** Closes the connection. */
  close(code?: number, reason?: string): void;
  /** Adds a listener for messages. Text messages have a string as `data`. */
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  /** Adds a listener for the end of the connection. */
  addEventListener(
    type: 'close',
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void;
  /** Adds a listener for errors. A close follows each error. */
  addEventListener(type: 'error', listener: (event: unknown) => void): void;
  /** Stops reading from the network, if the platform can. */
  pause?(): void;
  /** Continues reading from the network. */
  resume?(): void;
  /** Lets the socket keep the process alive, if the platform can. */
  ref?(): void;
  /** Lets the process end although the socket is open, if the platform can. */
  unref?(): void;
}

/** Opens a socket. If the server refuses the upgrade, rejects with an error whose member `response` is the server's `Response`. */
export type OpenSocket = (url: string, headers: Headers, signal: AbortSignal) => Promise<SocketLike>;

/**
 * Event of the sockets. `open`, `close`: `sockets` is the number of open sockets of this URL and these headers. `request`: a message of
 * this many bytes, which contains only the new items if `isIncrement`. `resent`: the request was sent again, because the server had
 * lost its state or had closed the socket. `http`: the request is sent over HTTP.
 */
export type SocketEvent =
  | { readonly type: 'open' | 'close'; readonly url: string; readonly sockets: number }
  | { readonly type: 'request'; readonly url: string; readonly isIncrement: boolean; readonly bytes: number }
  | { readonly type: 'resent' | 'http'; readonly url: string; readonly why: string };

/** Options of `socketFetch`. */
export interface SocketFetchOptions {
  /** Maximum number of sockets per URL and set of headers. Further requests use HTTP. @default 16 */
  readonly maxSockets?: number | undefined;
  /** Time after which an unused socket is closed, in milliseconds. @default 300_000 */
  readonly idleMs?: number | undefined;
  /**
   * Maximum age of a socket that accepts a request, in milliseconds.
   * @default 3_300_000, which is 5 minutes below the limit of the vendors
   */
  readonly maxAgeMs?: number | undefined;
  /** Time for which requests use HTTP after a failed upgrade, in milliseconds. @default 300_000 */
  readonly retryAfterMs?: number | undefined;
  /** `fetch` for requests that do not use a socket. @default the platform's `fetch` */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Opens a socket, for proxies and for platforms without the package `ws`. @default a socket of `ws` */
  readonly open?: OpenSocket | undefined;
  /** Receives the events of the sockets. An error that it throws is ignored. */
  readonly onEvent?: ((event: SocketEvent) => void) | undefined;
}
