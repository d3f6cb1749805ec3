import { eventBody, type Telling } from './telling.ts';

/** An answer that is no `Response` yet: whoever has a socket of its own writes it there as it is. */
export interface Reply {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | Telling;
}

/** The answer as the platforms have it. */
export const responseOf = (answer: Reply | Response): Response =>
  answer instanceof Response ? answer : new Response(bodyOf(answer), { headers: { ...answer.headers } });

const bodyOf = ({ body }: Reply): string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> =>
  typeof body === 'string' || body instanceof Uint8Array ? body : eventBody(body);

/** The same with more headers. */
export function withHeaders(
  answer: Reply | Response,
  headers: Readonly<Record<string, string>>,
): Reply | Response {
  if (!(answer instanceof Response)) return { ...answer, headers: { ...answer.headers, ...headers } };
  for (const [name, value] of Object.entries(headers)) answer.headers.set(name, value);
  return answer;
}
