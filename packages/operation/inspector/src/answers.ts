/** Headers of every response. They prevent caching, framing and content sniffing. */
const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

/** Error that becomes the response to a rejected request. Its message contains no data of the request. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function answer(
  body: string | ReadableStream<Uint8Array> | null,
  headers: Readonly<Record<string, string>>,
  status = 200,
): Response {
  return new Response(body, { status, headers: { ...HEADERS, ...headers } });
}

/** Creates a JSON response. Integers of type `bigint` become decimal strings. */
export function jsonAnswer(value: unknown, status = 200): Response {
  const body = JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'bigint' ? String(member) : member,
  );
  return answer(body, { 'content-type': 'application/json' }, status);
}

export function refused({ status, message }: Refusal): Response {
  return jsonAnswer({ error: message }, status);
}
