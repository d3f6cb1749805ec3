import { LlmError } from '@majordomo/core';
import { abortable, checkJsonSize, JsonSizeCheck, tryParseJson } from '@majordomo/core/toolkit';
import { Refusal } from '../errors/refusal.ts';
import { invalid } from './fields.ts';

/** Limits of the body of a request. */
export interface BodyLimits {
  readonly maxBytes: number;
  /** Maximum number of elements of all arrays in JSON. */
  readonly maxElements: number;
  /** Counts bytes before the process holds them. Throws a refusal if all bodies together would be too large. */
  readonly hold: (bytes: number) => void;
}

/** Reads the JSON body of a request. */
export async function jsonBody(request: Request, limits: BodyLimits): Promise<unknown> {
  const check = new JsonSizeCheck(limits.maxElements);
  return valueOf(
    await bodyBytes(request, limits, (chunk) => {
      check.push(chunk);
    }),
  );
}

/** Parses the JSON of a request. Refuses JSON that is empty, invalid or nested too deeply, or has too many elements. */
export function jsonOf(bytes: Uint8Array, maxElements: number): unknown {
  // An element uses many times its bytes once it is parsed.
  checkJsonSize(bytes, maxElements);
  return valueOf(bytes);
}

function valueOf(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return invalid('', 'is missing');
  const value = tryParseJson(textOf(bytes));
  return value === undefined ? invalid('', 'is not valid JSON') : value;
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

/** Size in bytes up to which a body is read at once, which is faster than in chunks. */
const SMALL_BYTES = 262_144;

/** Reads the body of a request. `check` receives each chunk, and may throw. The rest of the body is then not read. */
export async function bodyBytes(
  request: Request,
  limits: BodyLimits,
  check: (chunk: Uint8Array) => void = () => undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const coding = request.headers.get('content-encoding') ?? 'identity';
  if (coding.toLowerCase() !== 'identity')
    invalid('', `has the unsupported content-encoding ${coding}; send it uncompressed`);
  const announced = request.headers.get('content-length');
  if (announced !== null && Number(announced) > limits.maxBytes) throw tooLarge(limits);
  if (announced !== null) limits.hold(Number(announced));
  try {
    // The server ensures that the body is not longer than its `content-length`.
    const isSmall = announced !== null && Number(announced) <= SMALL_BYTES;
    const hold = announced === null ? limits.hold : () => undefined;
    const read = isSmall ? atOnce(request, check) : bounded(request, { ...limits, hold }, check);
    return await abortable(read, request.signal);
  } catch (error) {
    if (error instanceof Refusal || LlmError.is(error)) throw error;
    throw new Refusal('aborted', 'the body is incomplete');
  }
}

async function atOnce(
  request: Request,
  check: (chunk: Uint8Array) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  check(bytes);
  return bytes;
}

async function bounded(
  { body }: Request,
  limits: BodyLimits,
  check: (chunk: Uint8Array) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  // `body` is `null` if the request has no body, although its type excludes `null`.
  const reader = (body as ReadableStream<Uint8Array<ArrayBuffer>> | null)?.getReader();
  if (reader === undefined) return new Uint8Array();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return joined(chunks);
    length += value.byteLength;
    try {
      if (length > limits.maxBytes) throw tooLarge(limits);
      limits.hold(value.byteLength);
      check(value);
    } catch (error) {
      await reader.cancel().catch(() => undefined);
      throw error;
    }
    chunks.push(value);
  }
}

const joined = async (chunks: readonly Uint8Array<ArrayBuffer>[]): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await new Blob([...chunks]).arrayBuffer());

const tooLarge = ({ maxBytes }: BodyLimits): Refusal =>
  new Refusal('too-large', `the body must not be larger than ${maxBytes} bytes`);
