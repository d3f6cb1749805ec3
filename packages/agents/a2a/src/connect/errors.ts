import { LlmError, messageOf, truncateText, type ErrorKind } from '@majordomo/core';
import { redact } from '@majordomo/core/toolkit';
import { transportError } from '@majordomo/wire-kit';
import { reasonOf } from '@majordomo/wire-kit/internal';

const MAX_CHARACTERS = 2000;

/** Kinds of the SDK's errors, by name. Their messages are those of the remote agent. */
const KINDS: Readonly<Record<string, ErrorKind>> = {
  TaskNotFoundError: 'invalid-request',
  RequestMalformedError: 'invalid-request',
  UnsupportedOperationError: 'unsupported',
  ContentTypeNotSupportedError: 'unsupported',
  VersionNotSupportedError: 'unsupported',
  ExtensionSupportRequiredError: 'unsupported',
};

/** Returns the error of a request to a remote agent, with secrets masked. */
export function toLlmError(error: unknown, label: string, secrets: ReadonlySet<string>): LlmError {
  if (LlmError.is(error)) return transportError(error, label, [...secrets]);
  const kind = kindOfError(error);
  // `fetch` states in the cause why a connection failed.
  const text =
    kind === 'network'
      ? reasonOf(error, [...secrets])
      : truncateText(redact(messageOf(error), [...secrets]), MAX_CHARACTERS);
  return new LlmError(kind, `${label}: ${text}`);
}

function kindOfError(error: unknown): ErrorKind {
  if (!(error instanceof Error)) return 'protocol';
  // `fetch` throws a TypeError for a connection that failed, or ended during the response.
  return KINDS[error.name] ?? (error instanceof TypeError ? 'network' : 'protocol');
}

/** Code of the error of a task that the agent ended without an answer. */
export const TASK_FAILED = 'task-failed';

/** Whether the same request may succeed later. */
export const isTransient = (error: LlmError): boolean =>
  error.details.code !== TASK_FAILED &&
  LlmError.is(error, 'network', 'timeout', 'overloaded', 'rate-limit', 'server');
