import { LlmError } from '../contract/llm-error.ts';
import { cleanCause } from './cause.ts';
import { redact } from './secret.ts';

/**
 * Foreign errors become transient ones: a wrong retry heals itself, a wrong fail-fast loses the request. Anything can be
 * thrown, also what throws when it is looked at.
 */
export function asLlmError(value: unknown, target: string): LlmError {
  try {
    return asKnown(value, target);
  } catch {
    return new LlmError('server', `${target} failed: it threw a value that cannot be read`, { target });
  }
}

function asKnown(value: unknown, target: string): LlmError {
  if (LlmError.is(value)) return withOwnDetails(value);
  const said = redact(textOf(value));
  return new LlmError(
    isTransport(value, said) ? 'network' : 'server',
    `${target} failed: ${said}`,
    { target },
    { cause: cleanCause(value) },
  );
}

/** One of another copy of core, or that only says that it is one, may lack what ours always has. */
function withOwnDetails(error: LlmError): LlmError {
  const details: unknown = error.details;
  if (typeof details === 'object' && details !== null && 'attempts' in details) return error;
  return new LlmError(error.kind, textOf(error), {}, { cause: cleanCause(error.cause) });
}

/** What `fetch` throws is a TypeError in every runtime, with little else in common. */
const isTransport = (value: unknown, said: string): boolean =>
  value instanceof TypeError && /fetch|terminated|network|socket|connect/i.test(said);

/** A message may be something else than a text, and a value may have none. */
function textOf(value: unknown): string {
  const said: unknown = value instanceof Error ? value.message : value;
  try {
    return String(said);
  } catch {
    return `it threw a value of type ${typeof said} that has no text`;
  }
}
