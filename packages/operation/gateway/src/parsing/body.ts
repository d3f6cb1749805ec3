import { abortable, isTooDeep, tryParseJson } from '@majordomo/core/toolkit';
import { Refusal } from '../errors/refusal.ts';
import { invalid } from './fields.ts';

/** Reads the JSON body of a request. `most`: maximum size in bytes. */
export async function jsonBody(request: Request, most: number): Promise<unknown> {
  return jsonOf(textOf(await bodyBytes(request, most)));
}

/** Parses the JSON of a request. Throws a refusal if the text is empty, invalid or nested too deeply. */
export function jsonOf(text: string): unknown {
  if (text === '') return invalid('', 'is missing');
  const value = tryParseJson(text);
  if (value === undefined) return invalid('', 'is not valid JSON');
  // Without this check, the provider could not serialize the value, and would report a failure of the vendor.
  return isTooDeep(value) ? invalid('', 'is nested too deeply; send at most 500 levels') : value;
}

const strict = new TextDecoder('utf-8', { fatal: true });

/** Decodes UTF-8. Refuses invalid bytes instead of replacing them. */
function textOf(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return invalid('', 'is not valid UTF-8');
  }
}

/** Reads the body of a request. Refuses a body of more than `most` bytes. */
export async function bodyBytes(request: Request, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const coding = request.headers.get('content-encoding') ?? 'identity';
  if (coding.toLowerCase() !== 'identity')
    invalid('', `has the unsupported content-encoding ${coding}; send it uncompressed`);
  const announced = request.headers.get('content-length');
  if (announced !== null && Number(announced) > most) throw tooLarge(most);
  try {
    // The server ensures that the body is not longer than its `content-length`.
    const read = announced === null ? bounded(request, most) : request.arrayBuffer().then(toBytes);
    return await abortable(read, request.signal);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('aborted', 'the body is incomplete');
  }
}

async function bounded({ body }: Request, most: number): Promise<Uint8Array<ArrayBuffer>> {
  // `body` is `null` if the request has no body, although its type excludes `null`.
  const reader = (body as ReadableStream<Uint8Array<ArrayBuffer>> | null)?.getReader();
  if (reader === undefined) return new Uint8Array();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return joined(chunks);
    length += value.byteLength;
    if (length > most) {
      await reader.cancel().catch(() => undefined);
      throw tooLarge(most);
    }
    chunks.push(value);
  }
}

const toBytes = (buffer: ArrayBuffer): Uint8Array<ArrayBuffer> => new Uint8Array(buffer);

const joined = async (chunks: readonly Uint8Array<ArrayBuffer>[]): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await new Blob([...chunks]).arrayBuffer());

const tooLarge = (most: number): Refusal =>
  new Refusal('too-large', `the body must not be larger than ${most} bytes`);
