import { Readable } from 'node:stream';

/** What an SDK sent, as far as an answer depends on it. */
export interface Asked {
  readonly path: string;
  readonly body: unknown;
}

/** What it gets: the body in the pieces that the network would bring. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly pieces: readonly Uint8Array[];
}

/** Answers a request without a socket. */
export type Respond = (asked: Asked) => Reply;

/** The transport of SDKs over `fetch`. */
export function fetchOf(respond: Respond): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const text = await request.text();
    const { pathname, search } = new URL(request.url);
    const { status, headers, pieces } = respond({ path: pathname + search, body: JSON.parse(text) });
    return new Response(streamOf(pieces), { status, headers });
  };
}

/** The transport of the AWS SDK: what it asks of a request handler, and no more. */
export const handlerOf = (respond: Respond): object => ({
  metadata: { handlerProtocol: 'http/1.1' },
  handle({ path, body }: { readonly path: string; readonly body: Uint8Array }) {
    const sent: unknown = JSON.parse(Buffer.from(body).toString());
    const { status, headers, pieces } = respond({ path, body: sent });
    return Promise.resolve({
      response: { statusCode: status, headers: { ...headers }, body: Readable.from(pieces) },
    });
  },
  httpHandlerConfigs: () => ({}),
  updateHttpClientConfig: () => undefined,
});

function streamOf(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      const piece = pieces[at++];
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
  });
}
