import { LlmError, type JsonObject } from '@majordomo/core';
import { isRecord, readJsonText, tryParseJson } from '@majordomo/core/toolkit';
import { fail } from '../check-value.ts';
import { Refusal } from './answer.ts';

/** Maximum size of a body, in bytes. */
const MAX_BYTES = 65_536;
/** Maximum time in which a body must arrive, in milliseconds. */
const MAX_MS = 30_000;

/** Returns the JSON object in a request body, or an empty object for an empty body. */
export async function readBody(request: Request): Promise<JsonObject> {
  const text = await textOf(request);
  if (text === '') return {};
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json')
    throw new Refusal('unsupported-media-type', 'the body must have the content type application/json');
  const value = tryParseJson(text);
  if (value === undefined) fail('the body', '', 'must be JSON');
  if (!isRecord(value)) fail('the body', '', 'must be a JSON object');
  return value as JsonObject;
}

async function textOf(request: Request): Promise<string> {
  try {
    return await readJsonText(request, { maxBytes: MAX_BYTES, maxMs: MAX_MS });
  } catch (error) {
    if (LlmError.is(error) && error.details.status === 413)
      throw new Refusal('too-large', `the body exceeds ${MAX_BYTES} bytes`);
    throw error;
  }
}
