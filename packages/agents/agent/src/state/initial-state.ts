import type { Message } from '@majordomo/core';
import { isList } from '@majordomo/core/toolkit';
import { checkState } from './check-state.ts';
import { begin, type RunState } from './state.ts';

/** Input of a run: a question, a transcript, or a state. */
export type RunInput = string | readonly Message[] | RunState;

/**
 * Returns the initial state of a run. If the input is a finished state with a new user message, the run is a new run that
 * continues the transcript. Throws `config` for an invalid state.
 */
export function initialState(
  input: RunInput,
  runId: string | undefined,
): RunState & { readonly runId: string } {
  const withRunId = (state: RunState, known?: string): RunState & { readonly runId: string } => ({
    ...state,
    runId: runId ?? known ?? crypto.randomUUID(),
  });
  if (typeof input === 'string' || isList(input)) return withRunId(begin(input));
  const stored = checkState(input);
  // A run whose budget was used up continues if its limits are higher now.
  const state = stored.done === 'budget' ? { ...stored, done: undefined } : stored;
  // The handoffs remain, so the active agent continues the conversation.
  const { handoffs } = state;
  if (isFollowUp(state)) return withRunId({ ...begin(state.messages), ...(handoffs && { handoffs }) });
  return withRunId(state, state.runId);
}

const isFollowUp = ({ done, messages }: RunState): boolean =>
  done !== undefined && messages.at(-1)?.role === 'user';
