import { LlmError, type Message } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { checkBudget } from '../budget/check-budget.ts';
import { isMessage } from './messages-from.ts';
import { callsOf, type Done, type RunState } from './state.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Returns a stored state without `null` members. Throws `config` with a path if no run produces such a state, because continuing
 * the state could lose or repeat calls.
 */
export function checkState(value: unknown, at = 'state'): RunState {
  if (!isRecord(value)) throw invalidState(at, 'must be an object');
  const { version } = value;
  if (version !== 1) throw invalidState(`${at}.version`, `must be 1, not ${JSON.stringify(version)}`);
  const state = withoutNulls(value);
  checkMembers(state, at);
  // `checkMembers` has checked all members that `checkCalls` reads, and `checkRuns` checks `runs`, so the cast is safe.
  const checked = state as unknown as RunState;
  checkCalls(checked, at);
  return checked.runs === undefined ? checked : { ...checked, runs: checkRuns(checked, at) };
}

const DONE: ReadonlySet<unknown> = new Set<Done | undefined>([
  undefined,
  'answered',
  'max-steps',
  'truncated',
  'refused',
  'tool-loop',
  'budget',
]);

function checkMembers(state: Fields, at: string): void {
  const { messages, steps, pending, results, decisions, suspended = [], usage, done, budget, spent } = state;
  const { handoffs = [] } = state;
  for (const [n, message] of listOf(messages, `${at}.messages`).entries())
    if (!isMessage(message)) throw invalidState(`${at}.messages[${n}]`, 'must be a message');
  if (!Number.isSafeInteger(steps) || (steps as number) < 0)
    throw invalidState(`${at}.steps`, 'must be an integer of at least 0');
  const lists = { pending, results, decisions, suspended };
  for (const [name, list] of Object.entries(lists)) {
    for (const [n, item] of listOf(list, `${at}.${name}`).entries())
      if (!isRecord(item) || typeof item[name === 'pending' ? 'id' : 'callId'] !== 'string')
        throw invalidState(`${at}.${name}[${n}]`, 'must contain the id of its call');
  }
  if (!isRecord(usage)) throw invalidState(`${at}.usage`, 'must be an object');
  for (const [name, count] of Object.entries(usage))
    if (name !== 'details' && count !== undefined && typeof count !== 'number')
      throw invalidState(`${at}.usage.${name}`, 'must be a number');
  if (state['agent'] !== undefined && typeof state['agent'] !== 'string')
    throw invalidState(`${at}.agent`, 'must be a string');
  for (const name of ['claims', 'approvals', 'innerCalls', 'notDone'] as const)
    if (state[name] !== undefined && !isRecord(state[name]))
      throw invalidState(`${at}.${name}`, 'must be an object');
  // `true`: whether the agent has a `cost` function is checked before each model call.
  checkBudget(budget, true, `${at}.budget`);
  if (spent !== undefined && !isSpent(spent))
    throw invalidState(
      `${at}.spent`,
      'must contain nanoUsd, a string of digits, and the numbers tokens and ms',
    );
  for (const [n, handoff] of listOf(handoffs, `${at}.handoffs`).entries())
    if (!isHandoff(handoff, messages as readonly unknown[]))
      throw invalidState(
        `${at}.handoffs[${n}]`,
        'must contain the name `to`, and `at`, an index in the transcript',
      );
  if (!DONE.has(done)) throw invalidState(`${at}.done`, `must not be ${JSON.stringify(done)}`);
}

const isHandoff = (value: unknown, { length }: readonly unknown[]): boolean =>
  isRecord(value) &&
  typeof value['to'] === 'string' &&
  Number.isSafeInteger(value['at']) &&
  (value['at'] as number) >= 0 &&
  (value['at'] as number) < length;

const isSpent = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value['nanoUsd'] === 'string' &&
  /^\d{1,30}$/.test(value['nanoUsd']) &&
  [value['tokens'], value['ms']].every((number) => Number.isFinite(number) && (number as number) >= 0);

/** Checks that all pending calls are in the last turn, and that each call of this turn is pending or has a result. */
function checkCalls({ messages, pending, results, decisions, suspended = [] }: RunState, at: string): void {
  const lastCalls = callsOfLast(pending.length === 0 ? [] : messages);
  const left = new Map(lastCalls.map((call) => [call.id, JSON.stringify(call)]));
  const take = (id: string, path: string, text?: string): void => {
    const call = left.get(id);
    if (call === undefined) throw invalidState(path, `"${id}" is not an open call of the last turn`);
    if (text !== undefined && text !== call)
      throw invalidState(path, `"${id}" differs from the call of the last turn`);
    left.delete(id);
  };
  for (const [n, call] of pending.entries()) take(call.id, `${at}.pending[${n}]`, JSON.stringify(call));
  for (const [n, { callId }] of results.entries()) take(callId, `${at}.results[${n}]`);
  for (const [id] of left) throw invalidState(`${at}.pending`, `the last turn's call "${id}" is missing`);
  for (const [name, list] of Object.entries({ decisions, suspended })) {
    for (const [n, { callId }] of list.entries())
      if (pending.every(({ id }) => id !== callId))
        throw invalidState(`${at}.${name}[${n}]`, `no call with the id "${callId}" is pending`);
  }
}

/** Returns the checked states of the sub-agents that wait. */
function checkRuns({ runs, pending }: RunState, at: string): RunState['runs'] {
  if (!isRecord(runs)) throw invalidState(`${at}.runs`, 'must be an object');
  return Object.fromEntries(
    Object.entries(runs).map(([id, run]) => {
      if (pending.every((call) => call.id !== id))
        throw invalidState(`${at}.runs.${id}`, 'no call with this id is pending');
      return [id, checkState(run, `${at}.runs.${id}`)];
    }),
  );
}

function callsOfLast(messages: readonly Message[]): ReturnType<typeof callsOf> {
  const last = messages.at(-1);
  return last?.role === 'assistant' ? callsOf(last) : [];
}

function listOf(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalidState(path, 'must be an array');
  return value;
}

/** Removes members that are `null`, which some serializers write for a member that is `undefined`. */
function withoutNulls(state: Fields): Fields {
  const members = Object.entries(state)
    .filter(([, member]) => member !== null)
    .map(([name, member]) => [name, name === 'usage' && isRecord(member) ? withoutNulls(member) : member]);
  return Object.fromEntries(members) as Fields;
}

const invalidState = (path: string, why: string): LlmError =>
  new LlmError('config', `${path}: ${why}; pass a state that \`run\` returned`, { path });
