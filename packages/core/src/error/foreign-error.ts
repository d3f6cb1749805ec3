import { LlmError } from '../contract/llm-error.ts';
import { cleanCause } from './cause.ts';
import { messageOf } from './message-of.ts';
import { redact } from './secret.ts';

/**
 * Foreign errors become transient ones: a wrong retry heals itself, a wrong fail-fast loses the request. Anything can be
 * thrown, also what throws when it is looked at.
 */
export function foreignError(value: unknown, target: string): LlmError {
  try {
    return LlmError.is(value) ? withOwnDetails(value) : described(value, target);
  } catch {
    return new LlmError('server', `${target} failed: it threw a value that cannot be read`, { target });
  }
}

const withOwnDetails = (error: LlmError): LlmError =>
  new LlmError(error.kind, messageOf(error), {}, { cause: cleanCause(error.cause) });

function described(value: unknown, target: string): LlmError {
  const said = redact(messageOf(value));
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
