import { LlmError, type JsonObject, type PreparedTarget } from '@majordomo/core';
import { tryParseJson } from '@majordomo/core/toolkit';
import type { BatchLine } from '@majordomo/core';
import type { AnyResponse } from '../record/stored-item.ts';

/** Request that a live call would send. */
interface SentRequest {
  readonly body: JsonObject;
  readonly headers: Headers;
}

/** Returns the body and the headers that a live call would send. Rejects if the body is not a JSON object. */
export async function captureRequest(target: PreparedTarget): Promise<SentRequest> {
  const { body: text, headers } = await target.capture();
  const body = tryParseJson(text);
  if (typeof body === 'object' && body !== null) return { body: body as JsonObject, headers };
  throw new LlmError('unsupported', `${target.attempt.target} sends no JSON body; use a live call`);
}

/** Kind of the error and part of its message, by the reason why a request has no response. */
const WITHOUT = { expired: ['timeout', 'expired'], cancelled: ['aborted', 'was cancelled'] } as const;

/** Returns the error of a request that the batch did not reach. */
export function unreachedError(target: string, without: keyof typeof WITHOUT): LlmError {
  const [kind, end] = WITHOUT[without];
  return new LlmError(kind, `${target}: the batch ${end} before it reached this request`, { target });
}

/** Reader of one result line at a time. All lines share one `exchange`, so that a provider creates only one SDK client. */
export class LineReader {
  private answer: Response | undefined;

  /** Returns the response of a result line. For an error in the line, rejects with the same error as a live call. */
  async read(target: PreparedTarget, line: BatchLine): Promise<AnyResponse> {
    const name = target.attempt.target;
    if ('without' in line) throw unreachedError(name, line.without);
    const { status, body, requestId: id = '' } = line;
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? null);
    const headers = { 'content-type': 'application/json', 'x-request-id': id, 'request-id': id };
    this.answer = new Response(text, { status, headers });
    return target.ask(this.exchange);
  }

  private readonly exchange = async (): Promise<Response> => {
    const { answer } = this;
    this.answer = undefined;
    if (answer !== undefined) return answer;
    throw new LlmError('unsupported', 'a batch cannot send several requests per item; use a live call');
  };
}
