import { LlmError } from '../types/llm-error.ts';
import { redactCause, redact } from './redact.ts';

/**
 * Returns an `LlmError` for a thrown value, without secrets. An `LlmError` is returned unchanged.
 *
 * @param request request of the attempt; providers report a request that cannot be serialized as a network error
 */
export function asLlmError(value: unknown, target: string, request?: object): LlmError {
  const error = LlmError.is(value) ? value : undefined;
  if (error !== undefined && (error.kind !== 'network' || request === undefined)) return error;
  return serializationError(request) ?? error ?? foreignError(value, target);
}

/** Returns an error of a transient kind: a wrong retry costs one request, a wrong final failure loses the call. */
function foreignError(value: unknown, target: string): LlmError {
  const message = redact(messageOf(value));
  return new LlmError(
    isTransportError(value, message) ? 'network' : 'server',
    `${target} failed: ${message}`,
    { target },
    { cause: redactCause(value) },
  );
}

/** Returns an error for the first member of a request that cannot be serialized. */
function serializationError(request: object = {}): LlmError | undefined {
  for (const [path, value] of Object.entries(request)) {
    try {
      JSON.stringify(value, withoutBytes);
    } catch (cause) {
      const message = `${path} cannot be written as JSON: ${redact(messageOf(cause))}`;
      return new LlmError('invalid-request', message, { path }, { cause: redactCause(cause) });
    }
  }
  return undefined;
}

const withoutBytes = (_name: string, value: unknown): unknown =>
  ArrayBuffer.isView(value) ? undefined : value;

/** Whether a value is an error of `fetch`, which is a `TypeError` in every runtime. */
const isTransportError = (value: unknown, message: string): boolean =>
  value instanceof TypeError && /fetch|terminated|network|socket|connect/i.test(message);

/** Returns the message of a thrown value. It may be any value, also an object that cannot be converted to a string. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? (thrown.message as unknown) : thrown);
  } catch {
    return `it threw a value of type ${typeof thrown} that has no text`;
  }
}
