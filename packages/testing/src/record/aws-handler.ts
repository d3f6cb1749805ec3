/** Relevant part of a request of an AWS SDK client. */
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

/** Request handler of the AWS SDK that uses `fetch`. */
export interface AwsHandler {
  /** Sends one request of a client. */
  handle(
    request: AwsRequest,
    options?: { readonly abortSignal?: AbortSignal | undefined },
  ): Promise<{ readonly response: AwsResponse }>;
  /** Does nothing, because no connection remains open. */
  destroy(): void;
  /** Does nothing, because no option is supported. */
  updateHttpClientConfig(): void;
  /** Always empty. */
  httpHandlerConfigs(): object;
}

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * The AWS SDK has no `fetch` option: this is a request handler for it, over HTTP/1.1, so that `record` and
 * `replayRecordings` serve Bedrock too.
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

/** `fetch` sees to these itself, and may refuse them. */
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
