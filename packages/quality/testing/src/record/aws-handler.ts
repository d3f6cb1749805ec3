/** Members of an AWS SDK request that the handler reads. */
interface AwsRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>> | undefined;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface AwsResponse {
  readonly statusCode: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ReadableStream<Uint8Array>;
}

/** Request handler for AWS SDK clients that uses `fetch`. */
export interface AwsHandler {
  /** Sends one request of an AWS SDK client. */
  handle(
    request: AwsRequest,
    options?: { readonly abortSignal?: AbortSignal | undefined },
  ): Promise<{ readonly response: AwsResponse }>;
  /** Does nothing, because the handler has no connections to close. */
  destroy(): void;
  /** Does nothing, because the handler has no options. */
  updateHttpClientConfig(): void;
  /** Returns an empty object. */
  httpHandlerConfigs(): object;
}

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * Creates a request handler for AWS SDK clients that sends requests with `fetch` over HTTP/1.1. AWS SDK clients have no `fetch`
 * option, so Bedrock needs this handler for `record` and `replayRecordings`.
 *
 * @example createBedrock({ requestHandler: awsHandler(record({ write })) })
 */
export function awsHandler(fetch: Fetch): AwsHandler {
  return {
    async handle(request, { abortSignal } = {}) {
      const { method, body } = request;
      const response = await fetch(urlOf(request), {
        method,
        headers: headersOf(request),
        signal: abortSignal ?? null,
        ...(isBody(body) && { body }),
      });
      return {
        response: {
          statusCode: response.status,
          reason: response.statusText,
          headers: Object.fromEntries(response.headers),
          body: (response.body as ReadableStream<Uint8Array> | null) ?? new Blob([]).stream(),
        },
      };
    },
    destroy: () => undefined,
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}

const isBody = (body: unknown): body is string | Uint8Array<ArrayBuffer> =>
  (typeof body === 'string' && body !== '') || body instanceof Uint8Array;

/** Returns the request's headers, except headers that `fetch` sets itself and may reject. */
function headersOf({ headers }: AwsRequest): Headers {
  const sent = new Headers(headers);
  for (const name of ['host', 'content-length', 'expect']) sent.delete(name);
  return sent;
}

function urlOf({ protocol, hostname, port, path, query = {} }: AwsRequest): URL {
  const url = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`);
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value ?? ''])
      url.searchParams.append(name, String(each));
  }
  return url;
}
