import { LlmError, type Message, type ToolCallPart } from '@majordomo/core';
import { checkNumber } from '@majordomo/core/toolkit';
import { callsOf, entryOf, startOfRun, type RunState } from '../state/state.ts';
import { slotsOf } from './tool-slots.ts';
import type { Tool } from './tool.ts';

/** Throws `config` for a limit that is not a number or is too small, or that the tool cannot have. */
export function checkToolLimits(tool: Tool): void {
  const { name, concurrency, maxCalls, timeoutMs, maxResultChars } = tool;
  checkNumber(timeoutMs, 0, `timeoutMs of tool "${name}"`);
  checkNumber(maxResultChars, 0, `maxResultChars of tool "${name}"`);
  checkNumber(concurrency, 1, `concurrency of tool "${name}"`);
  checkNumber(maxCalls, 0, `maxCalls of tool "${name}"`);
  // Throws for a frozen tool, which cannot store the slots of its `concurrency`.
  slotsOf(tool);
}

/** Returns whether this run has made at least `maxCalls` earlier calls of the tool. Ignores calls that only loaded the tool. */
export function isOverMaxCalls({ maxCalls }: Tool, { id, name }: ToolCallPart, state: RunState): boolean {
  if (maxCalls === undefined) return false;
  const calls = callsOfRun(state);
  // Search from the end, because the call is in the last turn and its id is unique only within that turn.
  const earlier = calls.slice(
    0,
    calls.findLastIndex((call) => call.id === id),
  );
  return earlier.filter((call) => call.name === name).length + innerCallsOf(state, name) >= maxCalls;
}

/** Returns the text of the result of a call beyond `maxCalls`. */
export const overMaxCalls = ({ name, maxCalls = 0 }: Tool): string =>
  `Not run: "${name}" may be called at most ${maxCalls} times in a run.`;

/** Returns the number of calls of a tool in this run: calls of the model, and calls of other tools in earlier steps. */
export const callCount = (state: RunState, name: string): number =>
  callsOfRun(state).filter((call) => call.name === name).length + innerCallsOf(state, name);

const innerCallsOf = ({ innerCalls }: RunState, name: string): number => entryOf(innerCalls, name) ?? 0;

function callsOfRun(state: RunState): ToolCallPart[] {
  const turns = state.messages.slice(startOfRun(state));
  return turns.flatMap((turn, at) =>
    turn.role === 'assistant' ? callsOf(turn).filter((call) => !isLoadedBy(turns[at + 1], call)) : [],
  );
}

const isLoadedBy = (results: Message | undefined, { id, name }: ToolCallPart): boolean =>
  results?.role === 'tool' &&
  results.parts.some(
    (part) => part.type === 'tool-result' && part.callId === id && part.loads?.includes(name) === true,
  );

/** Runs a call of the tool. Waits first if `concurrency` calls of the tool are running. */
export const withConcurrency = <T>(tool: Tool, signal: AbortSignal, work: () => Promise<T>): Promise<T> =>
  slotsOf(tool)?.run(signal, work, abortedWhileWaiting) ?? work();

/** Returns the error of a call that was still waiting to start when the run was aborted. */
export const abortedWhileWaiting = (cause: unknown): LlmError =>
  new LlmError('aborted', 'the run was aborted before the tool ran', {}, { cause });
