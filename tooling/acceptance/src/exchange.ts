/** Properties of a request on which the response depends. */
export interface SentRequest {
  readonly path: string;
  readonly body: unknown;
}

/** Response, with the body in the chunks that the network delivers. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly pieces: readonly Uint8Array[];
}

/** Function that returns the response to a request, without a socket. */
export type Respond = (request: SentRequest) => Reply;

/** Creates a `fetch` for SDKs that returns these responses. */
export function fetchOf(respond: Respond): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const text = await request.text();
    const { pathname, search } = new URL(request.url);
    const { status, headers, pieces } = respond({ path: pathname + search, body: JSON.parse(text) });
    return new Response(ReadableStream.from(pieces), { status, headers });
  };
}
