import type { Health } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import { Refusal } from './answers.ts';

const MAX_BODY = 2000;
/** Maximum duration of a bench: one year, in milliseconds. */
const MAX_MS = 31_536_000_000;

/** Benches a target for `ms` milliseconds, or until its release if `ms` is null. Releases the target if `ms` is absent. */
export async function steer(request: Request, health: Health): Promise<void> {
  const { target, ms } = asRecord(await bodyOf(request));
  if (typeof target !== 'string' || !/^[^\s,/]{1,100}\/[^\s,]{0,300}$/.test(target))
    throw new Refusal(400, 'target: must be a target such as openai/gpt-5.4, or a provider such as openai/');
  if (ms === undefined) health.unbench(target);
  else if (ms === null) health.bench(target, Infinity);
  else if (typeof ms === 'number' && ms > 0 && ms <= MAX_MS) health.bench(target, ms);
  else throw new Refusal(400, 'ms: must be a number above 0 and at most 31,536,000,000 (a year), or null');
}

/** Reads a JSON body. Requires the content type of JSON, which a form on another site cannot send without a preflight request. */
export async function bodyOf(request: Request, mostLength: number = MAX_BODY): Promise<unknown> {
  if (!(request.headers.get('content-type') ?? '').startsWith('application/json'))
    throw new Refusal(415, 'content-type: must be application/json');
  const text = await textOf(request, mostLength);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'body: must be JSON');
  }
}

async function textOf({ body }: Request, mostLength: number): Promise<string> {
  if (body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > mostLength)
      throw new Refusal(413, `body: longer than the maximum of ${mostLength} characters; shorten it`);
  }
  return text;
}
