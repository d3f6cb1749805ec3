import { LlmError } from '@majordomo/core';
import { collectBody, lowerCaseNames } from '@majordomo/wire-kit';
import { redirectError } from '@majordomo/wire-kit/internal';

export type Headers = Readonly<Record<string, string>>;

/** HTTP response that the SDK's request handler returns. */
interface Received {
  readonly response: { readonly statusCode: number; readonly headers: Headers; body?: unknown };
}
type Next = (args: { readonly request: { readonly headers: Record<string, string> } }) => Promise<Received>;

/** Middleware that can be used for every command. The SDK's types differ by command. */
export type Middleware = (next: Next) => Next;

/**
 * Returns a middleware that runs between the request handler and the SDK's decoder. The middleware rejects a redirect, and a
 * successful response whose content type is not `expected`. A body that is not a stream is limited to 64 MiB.
 */
export const responseCheck =
  (expected: 'json' | 'eventstream', target: string): Middleware =>
  (next) =>
  async (args) => {
    const received = await next(args);
    const { response } = received;
    const { statusCode, body } = response;
    const headers = lowerCaseNames(response.headers);
    const isOk = statusCode < 300;
    const { location, 'content-type': type = '' } = headers;
    if (!isOk && statusCode < 400 && location !== undefined)
      throw redirectError(location, '', statusCode, target);
    if (isOk && !type.toLowerCase().includes(expected)) {
      (body as { destroy?(): void } | undefined)?.destroy?.();
      const message = `${target}: the response has content type "${type}" instead of ${expected}`;
      throw new LlmError('protocol', message, { target });
    }
    if ((isOk && expected === 'eventstream') || !isReadable(body)) return received;
    const bytes = await collectBody(body, target);
    // With HTTP/2, the SDK cannot distinguish the end of a complete body from a lost connection.
    const isCut = 'rstCode' in body && body.rstCode !== 0;
    if (isOk && isCut)
      throw new LlmError('network', `${target}: the connection was lost during the response`, { target });
    if (isOk && bytes.length === 0)
      throw new LlmError('truncated', `${target}: the response body is empty`, { target });
    response.body = bytes;
    return received;
  };

const isReadable = (body: unknown): body is AsyncIterable<Uint8Array> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
