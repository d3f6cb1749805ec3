import type { Decision, RunState } from '@majordomo/agent';
import { suspendedCalls, withPayload } from '@majordomo/agent/steps';
import { LlmError, messageOf, truncateText, type JsonObject, type JsonValue } from '@majordomo/core';
import { asRecord, definedMembers, isRecord } from '@majordomo/core/toolkit';
import type { McpOptions, McpReply, McpSuspension } from '../options.ts';
import type { Connection } from './connection.ts';
import { replyProblem, resultOf } from '../server-requests/elicitation.ts';
import type { CallOutcome } from './outcome.ts';
import { describe } from './content.ts';
import { isTaskFailure } from './tasks.ts';

const MAX_RESULT_CHARS = 100_000;

/** Returns the payload with which a call is suspended. */
export function suspensionOf(
  outcome: Exclude<CallOutcome, { type: 'result' }>,
  server: string,
  tool: string,
  args: JsonObject,
): JsonValue {
  return definedMembers(payloadOf(outcome, server, tool, args)) as JsonObject;
}

function payloadOf(
  outcome: Exclude<CallOutcome, { type: 'result' }>,
  server: string,
  tool: string,
  args: JsonObject,
): McpSuspension {
  if (outcome.type === 'login') return { type: 'mcp-login', server, tool, args, scopes: outcome.scopes };
  if (outcome.type === 'task')
    return { type: 'mcp-task', server, tool, taskId: outcome.taskId, questions: outcome.questions };
  const { questions, requestState, replies } = outcome;
  return {
    type: 'mcp-elicitation',
    server,
    tool,
    args,
    questions,
    requestState,
    replies: Object.keys(replies).length > 0 ? replies : undefined,
  };
}

/** Dependencies of `settle`. */
export interface SettleIo {
  readonly options: Pick<McpOptions, 'name' | 'maxResultChars'>;
  readonly connection: Pick<Connection, 'ready' | 'task' | 'hasLogin'>;
  /** Sends a call again, with replies to the server's requests if it made requests. */
  readonly repeat: (
    call: Exclude<McpSuspension, { type: 'mcp-task' }>,
    replies: JsonObject | undefined,
  ) => Promise<CallOutcome>;
}

/** Implements `McpToolbox.settle`. */
export async function settle(
  state: RunState,
  answers: Readonly<Record<string, McpReply>>,
  io: SettleIo,
): Promise<{ readonly state: RunState; readonly decisions: readonly Decision[] }> {
  // The id of a call inside a sub-agent is a path that begins with the id of the sub-agent's call.
  const calls = suspendedCalls(state);
  checkPaths(answers, calls);
  const own = await Promise.all(
    calls.flatMap(({ callId: path, payload }) => {
      const suspension = suspensionIn(payload, io.options.name);
      return suspension === undefined ? [] : [withReplies(path, suspension, answers)];
    }),
  );
  // Tasks are first, because `tasks/get` can be sent again after a failure, but a call with answers can be sent only once.
  const due = [
    ...own.filter(({ suspension }) => suspension.type === 'mcp-task'),
    ...own.filter(
      ({ suspension, replies }) => suspension.type === 'mcp-elicitation' && replies !== undefined,
    ),
    ...(await withLogin(own, io)),
  ];
  if (due.length === 0) return { state, decisions: [] };
  await io.connection.ready();
  let settled = state;
  const decisions: Decision[] = [];
  for (const { path, suspension, replies } of due) {
    const outcome = await outcomeOf(suspension, replies, io);
    if (outcome === undefined) settled = withoutQuestions(settled, path, suspension);
    else if ('deny' in outcome) decisions.push({ callId: path, ...outcome });
    // A second login would ask the user again, although the first one did not help.
    else if (outcome.type === 'login') decisions.push({ callId: path, deny: LOGIN_FAILED });
    else if (outcome.type === 'result')
      decisions.push(decisionOf(path, outcome.result, io.options.maxResultChars));
    else {
      const { server, tool } = suspension;
      // A task has no arguments, because its call is never sent again.
      const args = 'args' in suspension ? suspension.args : {};
      settled = withPayload(settled, path, suspensionOf(outcome, server, tool, args));
    }
  }
  return { state: settled, decisions };
}

const LOGIN_FAILED = 'the tool failed: the server requires a login also after the login';

/** Returns the calls whose login has been stored. */
async function withLogin<T extends { readonly suspension: McpSuspension }>(
  calls: readonly T[],
  { connection }: SettleIo,
): Promise<readonly T[]> {
  const checked = await Promise.all(
    calls.map(async (call) => {
      const { suspension } = call;
      const isReady = suspension.type === 'mcp-login' && (await connection.hasLogin(suspension.scopes));
      return isReady ? [call] : [];
    }),
  );
  return checked.flat();
}

/** Returns the outcome, the failure, or `undefined` while a task runs. Throws if the task's state is temporarily unavailable. */
async function outcomeOf(
  suspension: McpSuspension,
  replies: JsonObject | undefined,
  { repeat, connection }: SettleIo,
): Promise<CallOutcome | { readonly deny: string } | undefined> {
  try {
    if (suspension.type === 'mcp-task') return await connection.task(suspension.taskId, replies);
    if (suspension.type === 'mcp-login') return await repeat(suspension, undefined);
    return await repeat(suspension, { ...suspension.replies, ...replies });
  } catch (error) {
    if (suspension.type === 'mcp-task' && isUnavailable(error)) throw error;
    return { deny: `the tool failed: ${messageOf(error)}` };
  }
}

/** Whether the error is temporary, so that the state of the task may be available later. */
const isUnavailable = (error: unknown): boolean =>
  LlmError.is(error, 'network', 'timeout', 'overloaded', 'rate-limit', 'server', 'auth', 'aborted') &&
  !isTaskFailure(error);

/** Returns the state after the user has answered the questions of a task, which are removed from the payload. */
function withoutQuestions(state: RunState, path: string, suspension: McpSuspension): RunState {
  if (suspension.type !== 'mcp-task') return state;
  const { questions: _answered, ...task } = suspension;
  return withPayload(state, path, task);
}

function decisionOf(
  callId: string,
  result: Extract<CallOutcome, { type: 'result' }>['result'],
  maxChars = MAX_RESULT_CHARS,
): Decision {
  const text = truncateText(describe(result), maxChars);
  return result.isError === true ? { callId, deny: `the tool failed: ${text}` } : { callId, result: text };
}

const TYPES: ReadonlySet<unknown> = new Set(['mcp-elicitation', 'mcp-task', 'mcp-login']);

/** Returns the payload of a call of this server, or `undefined` for another payload. Throws `config` for a damaged payload. */
function suspensionIn(payload: JsonValue, name: string): McpSuspension | undefined {
  const { type, server, tool, taskId, args, questions = {} } = asRecord(payload);
  if (!TYPES.has(type) || server !== name) return undefined;
  const isComplete =
    typeof tool === 'string' &&
    isRecord(questions) &&
    (type === 'mcp-task' ? typeof taskId === 'string' : isRecord(args));
  if (isComplete) return payload as unknown as McpSuspension;
  const message = `mcp "${name}": a suspended call has a damaged payload; pass a state that \`run\` returned`;
  throw new LlmError('config', message, { path: 'state.suspended' });
}

/** Throws `invalid-request` for an answer that no suspended call waits for. */
function checkPaths(
  answers: Readonly<Record<string, McpReply>>,
  calls: NonNullable<RunState['suspended']>,
): void {
  const expected = new Set(
    calls.flatMap(({ callId, payload }) => answerKeys(callId, asRecord(asRecord(payload)['questions']))),
  );
  for (const key of Object.keys(answers))
    if (!expected.has(key)) throw invalid(key, 'no call waits for this answer; remove it');
}

const answerKeys = (path: string, questions: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.keys(questions).map((key, _at, { length }) => answerKey(path, key, length));

const answerKey = (path: string, key: string, questionCount: number): string =>
  questionCount === 1 ? path : `${path}#${key}`;

/** Returns a call with its replies, which are `undefined` if one is missing. Throws `invalid-request` for an invalid reply. */
async function withReplies(
  path: string,
  suspension: McpSuspension,
  answers: Readonly<Record<string, McpReply>>,
): Promise<{ path: string; suspension: McpSuspension; replies: JsonObject | undefined }> {
  const questions = ('questions' in suspension ? suspension.questions : undefined) ?? {};
  const entries = Object.entries(questions);
  const replies: Record<string, JsonValue> = {};
  for (const [key, question] of entries) {
    const name = answerKey(path, key, entries.length);
    const reply = answers[name];
    if (reply === undefined) continue;
    const problem = await replyProblem(question, reply);
    if (problem !== undefined) throw invalid(name, problem);
    replies[key] = resultOf(question, reply) as JsonObject;
  }
  const isAnswered = entries.length > 0 && Object.keys(replies).length === entries.length;
  return { path, suspension, replies: isAnswered ? replies : undefined };
}

const invalid = (key: string, why: string): LlmError =>
  new LlmError('invalid-request', `answers["${key}"]: ${why}`, { path: `answers["${key}"]` });
