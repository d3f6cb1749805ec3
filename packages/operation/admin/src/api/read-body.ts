import type { JsonObject } from '@majordomo/core';
import { ByteCollector, checkJsonSize, isRecord } from '@majordomo/core/toolkit';
import { fail } from '../check-value.ts';
import { Refusal } from './answer.ts';

/** Maximum size of a body, in bytes. */
const MAX_BYTES = 65_536;

/** Returns the JSON object in a request body, or an empty object for an empty body. */
export async function readBody(request: Request): Promise<JsonObject> {
  const bytes = await bytesOf(request);
  if (bytes.length === 0) return {};
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json')
    throw new Refusal('unsupported-media-type', 'the body must have the content type application/json');
  checkJsonSize(bytes);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    fail('the body', '', 'must be JSON');
  }
  if (!isRecord(value)) fail('the body', '', 'must be a JSON object');
  return value as JsonObject;
}

async function bytesOf({ body }: Request): Promise<Uint8Array> {
  const bytes = new ByteCollector();
  if (body !== null)
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
      if (bytes.size + chunk.length > MAX_BYTES)
        throw new Refusal('too-large', `the body exceeds ${MAX_BYTES} bytes`);
      bytes.push(chunk);
    }
  return bytes.concat();
}
