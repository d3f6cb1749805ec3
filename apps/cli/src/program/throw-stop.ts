import { LlmError, type ErrorKind } from '@majordomo/core';
import { Stop } from './exit.ts';

/** Throws a `Stop` for an `LlmError` of these kinds, or of any kind if none is given. Throws any other error unchanged. */
export function throwStop(error: unknown, ...kinds: readonly ErrorKind[]): never {
  throw LlmError.is(error, ...kinds) ? new Stop(error.message) : error;
}
