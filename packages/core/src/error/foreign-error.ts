import { LlmError } from '../contract/llm-error.ts';
import { cleanCause } from './cause.ts';
import { messageOf } from './message-of.ts';
import { redact } from './secret.ts';

/**
 * Returns an error of a transient kind for a value that is not an `LlmError`. A wrong retry costs one request; a wrong
 * final failure loses the call.
 */
export function foreignError(value: unknown, target: string): LlmError {
  const said = redact(messageOf(value));
  return new LlmError(
    isTransport(value, said) ? 'network' : 'server',
    `${target} failed: ${said}`,
    { target },
    { cause: cleanCause(value) },
  );
}

/** What of a request JSON has no words for: what is thrown about it, providers take for what the network does. */
export function unwritable(request: object = {}): LlmError | undefined {
  for (const [path, value] of Object.entries(request)) {
    try {
      JSON.stringify(value, withoutBytes);
    } catch (cause) {
      const message = `${path} cannot be written as JSON: ${redact(messageOf(cause))}`;
      return new LlmError('invalid-request', message, { path }, { cause: cleanCause(cause) });
    }
  }
  return undefined;
}

const withoutBytes = (_name: string, value: unknown): unknown =>
  ArrayBuffer.isView(value) ? undefined : value;

/** What `fetch` throws is a TypeError in every runtime, with little else in common. */
const isTransport = (value: unknown, said: string): boolean =>
  value instanceof TypeError && /fetch|terminated|network|socket|connect/i.test(said);
