import { type ErrorKind, LlmError } from '../types/llm-error.ts';

/** Members of an error that a client receives. */
export interface PublicError {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
}

/** Message for errors of the application. Their original messages are only for the log. */
const INTERNAL_MESSAGE = 'the server failed; its log contains the reason';

/**
 * Returns the members of an error that a client may receive. A general message replaces the message of an error that is not an
 * `LlmError`, and of a `config` error whose cause is not an `LlmError`, because these messages may contain secrets.
 */
export function publicError(error: unknown): PublicError {
  if (!LlmError.is(error)) return { kind: 'server', message: INTERNAL_MESSAGE };
  const { kind, cause, details } = error;
  const isInternal = kind === 'config' && cause !== undefined && !LlmError.is(cause);
  return { kind, message: isInternal ? INTERNAL_MESSAGE : error.message, retryAfterMs: details.retryAfterMs };
}

/** Returns the value with each error in it replaced by its public members. */
export function withPublicErrors(value: unknown): unknown {
  if (value instanceof Error) return { name: 'LlmError', ...publicError(value) };
  if (Array.isArray(value)) return value.map(withPublicErrors);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (hasJson(value)) return withPublicErrors(value.toJSON());
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withPublicErrors(member)]));
}

const hasJson = (value: object): value is { toJSON(): unknown } =>
  'toJSON' in value && typeof value.toJSON === 'function';

/** Returns the parsed value with each public error in it replaced by an `LlmError`. */
export function reviveErrors(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reviveErrors);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if ('name' in value && value.name === 'LlmError') return errorFromJson(value) ?? value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, reviveErrors(member)]));
}

/** Returns the error that the object describes, or `undefined` for an object that is not a public error. */
export function errorFromJson(value: object): LlmError | undefined {
  const { kind, message, retryAfterMs } = value as { readonly [Name in keyof PublicError]?: unknown };
  if (typeof kind !== 'string' || typeof message !== 'string') return undefined;
  // A newer server may send an unknown kind.
  return new LlmError(kind as ErrorKind, message, {
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
  });
}
