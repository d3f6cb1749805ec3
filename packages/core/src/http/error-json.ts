import { type ErrorKind, LlmError } from '../types/llm-error.ts';

/** What a client hears of an error: no attempts, no body, no cause, no stack. */
export interface ToldError {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
}

/** For errors of the app's own code, whose words are for its log. */
const OWN_FAULT = 'the server failed; its log says why';

/** Messages of an LlmError hold no secret. Those of other errors may: they are not told, nor is what only wraps them. */
export function toldError(error: unknown): ToldError {
  if (!LlmError.is(error)) return { kind: 'server', message: OWN_FAULT };
  const { kind, cause, details } = error;
  const isOwn = kind === 'config' && cause !== undefined && !LlmError.is(cause);
  return { kind, message: isOwn ? OWN_FAULT : error.message, retryAfterMs: details.retryAfterMs };
}

/** The same value with what may be told of each error in it. */
export function withToldErrors(value: unknown): unknown {
  if (value instanceof Error) return { name: 'LlmError', ...toldError(value) };
  if (Array.isArray(value)) return value.map(withToldErrors);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (hasJson(value)) return withToldErrors(value.toJSON());
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withToldErrors(member)]));
}

const hasJson = (value: object): value is { toJSON(): unknown } =>
  'toJSON' in value && typeof value.toJSON === 'function';

/** The inverse, for values as they come from JSON: errors again, of the kind that was told. */
export function withErrors(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withErrors);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if ('name' in value && value.name === 'LlmError') return asError(value) ?? value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withErrors(member)]));
}

/** `undefined` for what tells of no error. */
export function asError(value: object): LlmError | undefined {
  const { kind, message, retryAfterMs } = value as { readonly [Name in keyof ToldError]?: unknown };
  if (typeof kind !== 'string' || typeof message !== 'string') return undefined;
  // A newer server may know kinds that this client does not: they are told as they are.
  return new LlmError(kind as ErrorKind, message, {
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
  });
}
