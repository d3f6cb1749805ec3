import { LlmError } from '../contract/llm-error.ts';
import { cleanCause } from './cause.ts';
import { redact } from './secret.ts';

/** Foreign errors become transient ones: a wrong retry heals itself, a wrong fail-fast loses the request. */
export function asLlmError(value: unknown, target: string): LlmError {
  if (LlmError.is(value)) return value;
  const said = redact(value instanceof Error ? value.message : String(value));
  return new LlmError(
    isTransport(value) ? 'network' : 'server',
    `${target} failed: ${said}`,
    { target },
    { cause: cleanCause(value) },
  );
}

/** What `fetch` throws is a TypeError in every runtime, with little else in common. */
const isTransport = (value: unknown): boolean =>
  value instanceof TypeError && /fetch|terminated|network|socket|connect/i.test(value.message);
