import { LlmError } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { keyStoreRefusal } from '../errors/refusal-of.ts';
import { GATEWAY_FAILED, Refusal, whileConnected } from '../errors/refusal.ts';
import type { Caller, Settings } from '../options.ts';
import { isGemini } from '../gemini-generate/paths.ts';
import { reportToOperator } from '../errors/report.ts';

const CLOSED =
  'this gateway has no keys, so it serves only this machine, as localhost or 127.0.0.1; ' +
  'to serve others, its operator sets `authorize` of createGateway, or --key-file of majordomo serve';

/** Returns the caller of a request. Throws a refusal for an unknown caller, or if `authorize` fails. */
export async function authorize(
  request: Request,
  { authorize }: Settings,
  isFromLoopback: boolean,
): Promise<Caller> {
  if (authorize === undefined) {
    if (isFromLoopback) return {};
    throw new Refusal('unauthorized', CLOSED);
  }
  try {
    return checkedCaller(await whileConnected(() => authorize(withBearer(request)), request.signal));
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    throw keyStoreRefusal(cause) ?? new Refusal('config', GATEWAY_FAILED, {}, { cause });
  }
}

/**
 * Returns the request with the key of a client of Gemini as a bearer token. Other requests are returned unchanged. The returned request
 * has no body, because the body is read later.
 */
function withBearer(request: Request): Request {
  if (request.headers.has('authorization') || !isGemini(request)) return request;
  const url = new URL(request.url);
  const key = request.headers.get('x-goog-api-key') ?? url.searchParams.get('key');
  if (key === null) return request;
  url.searchParams.delete('key');
  const headers = new Headers(request.headers);
  headers.set('authorization', `Bearer ${key}`);
  return new Request(url, { method: request.method, headers, signal: request.signal });
}

/** Checks the result of the application's `authorize`. A string as `models` would allow each of its substrings as a name. */
function checkedCaller(caller: unknown): Caller {
  if (caller === undefined || caller === null)
    throw new Refusal('unauthorized', 'the key is missing or unknown');
  if (!isRecord(caller)) throw wrong(`a caller or undefined, not a value of type ${typeof caller}`);
  const { models, mcp, metadata } = caller;
  // The objects of all callers with the tenant `null` would have one owner.
  for (const name of ['tenant', 'key'])
    if (caller[name] !== undefined && typeof caller[name] !== 'string')
      throw wrong(`\`${name}\` as a string, or without it`);
  if (models !== undefined && !isNames(models)) throw wrong('`models` as an array of names');
  if (mcp !== undefined && !(isRecord(mcp) && Object.values(mcp).every(isNames)))
    throw wrong('`mcp` as an object with arrays of patterns');
  if (metadata !== undefined && !isRecord(metadata)) throw wrong('`metadata` as an object');
  return caller;
}

const isNames = (value: unknown): boolean =>
  Array.isArray(value) && value.every((name) => typeof name === 'string');

const wrong = (what: string): LlmError => new LlmError('config', `authorize: must return ${what}`);

/** Returns whether `authorize` returns a caller with `admin: true`. Returns `false` if `authorize` is not set or fails. */
export async function isAdmin(request: Request, requestId: string, settings: Settings): Promise<boolean> {
  if (settings.authorize === undefined) return false;
  try {
    // The last argument has no effect, because `authorize` is set.
    return (await authorize(withoutBody(request), settings, false)).admin === true;
  } catch (error) {
    reportToOperator(error, requestId, settings);
    return false;
  }
}

/** Copies a request without its body, so that the body can still be read, or is not kept. */
export const withoutBody = ({ url, method, headers, signal }: Request): Request =>
  new Request(url, { method, headers, signal });
