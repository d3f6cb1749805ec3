/** Of every answer: kept by nobody, framed by nobody, guessed at by nobody. */
const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

/** A refusal for people to read; nothing in it comes from the request. */
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

/** Integers beyond 2⁵³ go as decimal text. */
export function jsonAnswer(value: unknown, status = 200): Response {
  const body = JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'bigint' ? String(member) : member,
  );
  return answer(body, { 'content-type': 'application/json' }, status);
}

export function refused({ status, message }: Refusal): Response {
  return jsonAnswer({ error: message }, status);
}
