import type { JsonObject } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { fail } from '../check-value.ts';
import { Refusal } from './answer.ts';

/** Maximum size of a body, in bytes. */
const MAX_BYTES = 65_536;

/** Returns the JSON object in a request body, or an empty object for an empty body. */
export async function readBody(request: Request): Promise<JsonObject> {
  const text = await textOf(request);
  if (text === '') return {};
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json')
    throw new Refusal('unsupported-media-type', 'the body must have the content type application/json');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    fail('the body', '', 'must be JSON');
  }
  if (!isRecord(value)) fail('the body', '', 'must be a JSON object');
  return value as JsonObject;
}

async function textOf({ body }: Request): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  if (body === null) return text;
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Refusal('too-large', `the body exceeds ${MAX_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
