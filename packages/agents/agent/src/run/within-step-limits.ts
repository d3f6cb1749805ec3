import { LlmError } from '@majordomo/core';
import type { RunState } from '../state/state.ts';
import type { LocalRun } from './local-run.ts';
import { Scope } from './scope.ts';

/**
 * Runs a hook or a model call of a step in a scope that stops when the run is aborted or `totalMs` of the call options has passed. Work
 * that does not react to the signal of the scope must run in `scope.race`. If the scope has stopped, work that fails rejects with the
 * reason for it.
 */
export async function withinStepLimits<T>(
  state: RunState,
  { agent, io }: Pick<LocalRun, 'agent' | 'io'>,
  work: (scope: Scope) => Promise<T>,
): Promise<T> {
  const { signal, options } = io;
  const ms = options?.timeouts?.totalMs;
  const message = `step ${state.steps + 1}: a model call or hook exceeded ${ms ?? 0} ms; raise totalMs`;
  const createError = (): LlmError => new LlmError('timeout', message, { phase: 'total' });
  const scope = new Scope({ signal, ms, clock: agent.clock, createError });
  try {
    return await work(scope);
  } catch (error) {
    if (scope.timeoutError !== undefined) throw withAttempts(scope.timeoutError, error);
    throw signal.aborted && !LlmError.is(error) ? abortError(signal) : error;
  } finally {
    scope.close();
  }
}

function withAttempts(late: Error, error: unknown): Error {
  if (!LlmError.is(late) || !LlmError.is(error)) return late;
  const { attempts, partial } = error.details;
  const details = { ...late.details, attempts, partial };
  return new LlmError(late.kind, late.message, details, { cause: error.cause });
}

const abortError = ({ reason }: AbortSignal): LlmError =>
  new LlmError('aborted', 'the run was aborted', {}, { cause: reason });
