import { LlmError, systemClock } from '@majordomo/core';
import {
  abortable,
  ByteCollector,
  checkNestedJson,
  JsonSizeCheck,
  tryParseJson,
} from '@majordomo/core/toolkit';
import { Refusal } from '../errors/refusal.ts';
import { invalid } from './fields.ts';
import { tokenJson } from './replay-token.ts';

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
  const bytes = await bodyBytes(request, limits, (chunk) => {
    check.push(chunk);
  });
  if (bytes.length > TURN_BYTES) await nextTurn();
  return valueOf(bytes, check);
}

/** Size in bytes from which a body is parsed in a turn of the event loop without another such body. */
const TURN_BYTES = 65_536;
let lastTurn: Promise<void> = Promise.resolve();

/** Waits for a separate turn of the event loop, so that bodies that arrive together do not delay other requests for their total time. */
function nextTurn(): Promise<void> {
  lastTurn = lastTurn.then(() => new Promise((resolve) => systemClock.timer(0, resolve)));
  return lastTurn;
}

/** Parses the JSON of a request. Refuses JSON that is empty, invalid or nested too deeply, or has too many elements. */
export function jsonOf(bytes: Uint8Array, maxElements: number): unknown {
  const check = new JsonSizeCheck(maxElements);
  // An element uses many times its bytes once it is parsed.
  check.push(bytes);
  return valueOf(bytes, check);
}

function valueOf(bytes: Uint8Array, check: JsonSizeCheck): unknown {
  if (bytes.length === 0) return invalid('', 'is missing');
  const value = tryParseJson(textOf(bytes));
  if (value === undefined) invalid('', 'is not valid JSON');
  // Arguments of calls and tokens of the gateway contain JSON that is parsed later, so it counts as well.
  checkNestedJson(value, check, (key, text) => (key === 'arguments' ? text : tokenJson(text)));
  return value;
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
): Promise<Uint8Array> {
  const { announced, hold } = announce(request, limits);
  try {
    // The server ensures that the body is not longer than its `content-length`.
    const isSmall = announced !== null && Number(announced) <= SMALL_BYTES;
    const read = isSmall ? atOnce(request, check) : bounded(request, { ...limits, hold }, check);
    return await abortable(read, request.signal);
  } catch (error) {
    // The limits and `check` throw these errors. Any other is that of the connection.
    if (error instanceof Refusal || LlmError.is(error)) throw error;
    throw new Refusal('aborted', 'the body is incomplete');
  }
}

/**
 * Checks the headers of a body, and counts its announced size. Returns the size, and the function that counts the bytes of a body of unknown
 * size.
 */
export function announce(
  { headers }: Request,
  limits: BodyLimits,
): { readonly announced: string | null; readonly hold: BodyLimits['hold'] } {
  const coding = headers.get('content-encoding') ?? 'identity';
  if (coding.toLowerCase() !== 'identity')
    invalid('', `has the unsupported content-encoding ${coding}; send it uncompressed`);
  const announced = headers.get('content-length');
  if (announced === null) return { announced, hold: limits.hold };
  if (Number(announced) > limits.maxBytes) throw tooLarge(limits);
  limits.hold(Number(announced));
  return { announced, hold: () => undefined };
}

async function atOnce(request: Request, check: (chunk: Uint8Array) => void): Promise<Uint8Array> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  check(bytes);
  return bytes;
}

async function bounded(
  { body }: Request,
  limits: BodyLimits,
  check: (chunk: Uint8Array) => void,
): Promise<Uint8Array> {
  // `body` is `null` if the request has no body, although its type excludes `null`.
  const reader = (body as ReadableStream<Uint8Array> | null)?.getReader();
  if (reader === undefined) return new Uint8Array();
  const bytes = new ByteCollector();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return bytes.concat();
    try {
      if (bytes.size + value.byteLength > limits.maxBytes) throw tooLarge(limits);
      limits.hold(value.byteLength);
      bytes.push(value);
      if (bytes.isFragmented) refuseFragments();
      check(value);
    } catch (error) {
      // The server discards the rest. To cancel the body would close the connection before the client has read the refusal.
      reader.releaseLock();
      throw error;
    }
  }
}

/** Refuses a body whose chunks are so small that reading them takes much more time than sending them. */
export const refuseFragments = (): never => invalid('', 'arrives in too many small chunks; send larger ones');

const tooLarge = ({ maxBytes }: BodyLimits): Refusal =>
  new Refusal('too-large', `the body must not be larger than ${maxBytes} bytes`);
