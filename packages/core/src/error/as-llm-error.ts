import { LlmError } from '../contract/llm-error.ts';
import { cleanCause } from './cause.ts';
import { redact } from './secret.ts';

/** Foreign errors become transient ones: a wrong retry heals itself, a wrong fail-fast loses the request. */
export function asLlmError(value: unknown, target: string): LlmError {
  if (LlmError.is(value)) return value;
  const said = redact(textOf(value));
  return new LlmError(
    isTransport(value, said) ? 'network' : 'server',
    `${target} failed: ${said}`,
    { target },
    { cause: cleanCause(value) },
  );
}

/** What `fetch` throws is a TypeError in every runtime, with little else in common. */
const isTransport = (value: unknown, said: string): boolean =>
  value instanceof TypeError && /fetch|terminated|network|socket|connect/i.test(said);

/** Anything can be thrown: a message that is not a text, or a value that cannot be made one. */
function textOf(value: unknown): string {
  const said: unknown = value instanceof Error ? value.message : value;
  try {
    return String(said);
  } catch {
    return `it threw a value of type ${typeof said} that has no text`;
  }
}
