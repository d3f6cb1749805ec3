import { LlmError } from '../contract/llm-error.ts';
import { cleanCause } from './cause.ts';
import { messageOf } from './message-of.ts';
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
  const said = redact(messageOf(value));
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
  return new LlmError(error.kind, messageOf(error), {}, { cause: cleanCause(error.cause) });
}

/** What `fetch` throws is a TypeError in every runtime, with little else in common. */
const isTransport = (value: unknown, said: string): boolean =>
  value instanceof TypeError && /fetch|terminated|network|socket|connect/i.test(said);
