import { LlmError } from '../types/llm-error.ts';
import { redactCause, redact } from './redact.ts';

/**
 * Returns a thrown value as an `LlmError`: itself where it is one, otherwise a copy without secrets.
 *
 * @param request what was asked: it may never have been written, where no connection is said to have been there
 */
export function asLlmError(value: unknown, target: string, request?: object): LlmError {
  const error = LlmError.is(value) ? value : undefined;
  if (error !== undefined && (error.kind !== 'network' || request === undefined)) return error;
  return unwritable(request) ?? error ?? foreignError(value, target);
}

/**
 * Returns an error of a transient kind for a value that is not an `LlmError`. A wrong retry costs one request; a wrong
 * final failure loses the call.
 */
function foreignError(value: unknown, target: string): LlmError {
  const said = redact(messageOf(value));
  return new LlmError(
    isTransport(value, said) ? 'network' : 'server',
    `${target} failed: ${said}`,
    { target },
    { cause: redactCause(value) },
  );
}

/** What of a request JSON has no words for: what is thrown about it, providers take for what the network does. */
function unwritable(request: object = {}): LlmError | undefined {
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

/** What `fetch` throws is a TypeError in every runtime, with little else in common. */
const isTransport = (value: unknown, said: string): boolean =>
  value instanceof TypeError && /fetch|terminated|network|socket|connect/i.test(said);

/** Returns the message of a thrown value. Any value can be thrown, also an object without a text form. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? (thrown.message as unknown) : thrown);
  } catch {
    return `it threw a value of type ${typeof thrown} that has no text`;
  }
}
