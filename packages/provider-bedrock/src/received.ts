import { LlmError } from '@majordomo/core';
import { collectedBody, lowerCased, redirected } from '@majordomo/core/provider';
import { shallowJson } from './shallow-json.ts';

/** What is used of the SDK's; it types the middlewares of each command apart. */
export interface MiddlewareStack {
  add(middleware: Middleware, options: { readonly step: 'build'; readonly name: string }): void;
  addRelativeTo(
    middleware: Middleware,
    options: { readonly relation: 'after'; readonly toMiddleware: string; readonly name: string },
  ): void;
}

/** Takes the answer as the SDK would: what the app's own middlewares have made of it. */
export function addReading(stack: MiddlewareStack, name: string, middleware: Middleware): void {
  stack.addRelativeTo(middleware, { relation: 'after', toMiddleware: 'deserializerMiddleware', name });
}

export type Middleware = (next: Next) => Next;
type Next = (args: { readonly request: { readonly headers: Record<string, string> } }) => Promise<Received>;

interface Received {
  readonly response: {
    readonly statusCode: number;
    readonly headers: Headers;
    body?: unknown;
  };
}

export type Headers = Readonly<Record<string, string>>;

/** What is handed to the SDK in place of the body of a good answer. */
type Take = (body: AsyncIterable<Uint8Array>, headers: Headers) => unknown;

/**
 * The answer, before the SDK reads it. A redirect is not followed, whatever the request handler would do, and all that is
 * read whole has an end. Where `take` is given, it has the body of a good answer.
 */
export const checked =
  (wanted: RegExp, target: string, take?: Take): Middleware =>
  (next) =>
  async (args) => {
    const received = await next(args);
    const { response } = received;
    const { statusCode, body } = response;
    const headers = lowerCased(response.headers);
    const type = headers['content-type'] ?? '';
    if (statusCode >= 300 && statusCode < 400 && headers['location'] !== undefined) {
      throw redirected(headers['location'], '', statusCode, target);
    }
    if (statusCode < 300 && !wanted.test(type)) {
      // The SDK reads whatever comes as frames: a page of a proxy would be taken for a frame of a gigabyte.
      throw new LlmError('protocol', `${target} answered with "${type}" instead of ${wanted.source}`, {
        target,
      });
    }
    if (statusCode < 300 && take !== undefined) response.body = await take(bytesOf(body), headers);
    else if (isBytes(body)) response.body = shallowJson(await collectedBody(body, target));
    return received;
  };

const isBytes = (body: unknown): body is AsyncIterable<Uint8Array> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;

/**
 * Did the connection break off in a body of so many bytes? HTTP/2 ends such a one as it ends a whole one: its stream knows
 * of the reset, and the headers of the length.
 */
export const brokeOff = (body: object, headers: Headers, bytes: number): boolean =>
  ('rstCode' in body && body.rstCode !== 0) || bytes < Number(headers['content-length']);

/** A handler of the app's may answer with any body that a `Response` takes. */
async function* unlikely(body: unknown): AsyncIterable<Uint8Array> {
  yield new Uint8Array(await new Response(body as ConstructorParameters<typeof Response>[0]).arrayBuffer());
}
const bytesOf = (body: unknown): AsyncIterable<Uint8Array> => (isBytes(body) ? body : unlikely(body));
