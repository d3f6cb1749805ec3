import { LlmError, type JsonObject } from '@majordomo/core';
import type {
  CallToolResult,
  Client,
  InputRequiredResult,
  RequestOptions,
  Tool as ListedTool,
} from '@modelcontextprotocol/client';
import type { McpOptions } from '../options.ts';
import { neededLogin } from './errors.ts';
import type { CallIo, CallOutcome } from './outcome.ts';
import { ANY_RESULT, startedTask, waitForTask } from './tasks.ts';

/** Tool call, with the server's definition of the tool. */
export interface ToolCall {
  readonly tool: ListedTool;
  readonly args: JsonObject;
  readonly signal: AbortSignal;
  readonly suspend: NonNullable<McpOptions['suspend']>;
  /** Throws if the call must not run. Called before each request, when the list of tools is up to date. */
  readonly check: () => void;
  /** Answers to the questions of an earlier call, with the state that the server returned. */
  readonly resume?: Resume | undefined;
}

interface Resume {
  readonly inputResponses: JsonObject;
  readonly requestState?: string | undefined;
}

/** Maximum number of requests for one call, each with the replies to the questions of the request before. */
const MAX_ROUNDS = 10;

/** Sends a call, and replies to requests of the server. Returns the result, a task that runs, or questions for the user. */
export async function sendCall(call: ToolCall, io: CallIo): Promise<CallOutcome> {
  let { resume } = call;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const sent = await sendOrLogin(call, resume, io);
    if ('login' in sent) return { type: 'login', ...sent.login };
    const { answer } = sent;
    const task = startedTask(answer);
    if (task !== undefined) {
      if (call.suspend.includes('task')) return { type: 'task', taskId: task.taskId };
      return waitForTask(task, io);
    }
    if (!isInputRequired(answer)) return { type: 'result', result: answer };
    const { inputRequests = {}, requestState } = answer;
    const pending = await io.connection.answers.reply(inputRequests, io.timeout.signal);
    // Only the user can answer the remaining questions, so they end this call. The next call resumes with all replies.
    if (Object.keys(pending.questions).length > 0) return { type: 'questions', requestState, ...pending };
    resume = { inputResponses: pending.replies, requestState };
  }
  throw new LlmError('protocol', `${io.connection.label}: no result after ${MAX_ROUNDS} requests for input`);
}

type Answer = CallToolResult | InputRequiredResult;

/** Sends a request. Returns the login that it needs, if the caller pauses for logins and a login may help. */
async function sendOrLogin(
  call: ToolCall,
  resume: Resume | undefined,
  io: CallIo,
): Promise<{ readonly answer: Answer } | { readonly login: NonNullable<ReturnType<typeof neededLogin>> }> {
  try {
    return { answer: await io.send((client, options) => requestCall(client, options, call, resume)) };
  } catch (error) {
    const login = call.suspend.includes('login') ? neededLogin(error) : undefined;
    if (login === undefined) throw error;
    if (login.scopes !== undefined && !(await io.connection.mayAdd(login.scopes))) throw error;
    return { login };
  }
}

function requestCall(
  client: Client,
  options: RequestOptions,
  { tool, args, suspend, check }: ToolCall,
  resume: Resume | undefined,
): Promise<Answer> {
  check();
  const { name, inputSchema } = tool;
  const params = { name, arguments: args };
  if (runsAsTask(client, tool, suspend)) {
    const request = { method: 'tools/call', params: { ...params, task: { ttl: TASK_TTL_MS } } };
    return client.request(request, ANY_RESULT, options) as Promise<CallToolResult>;
  }
  const { inputResponses, requestState } = resume ?? {};
  return client.callTool(
    {
      ...params,
      ...(inputResponses === undefined ? {} : { inputResponses: inputResponses as object as never }),
      ...(requestState === undefined ? {} : { requestState }),
    },
    {
      ...options,
      // Without an output schema, the SDK accepts a result that is a task or a question.
      toolDefinition: { name, inputSchema },
      // Otherwise, the SDK answers the requests in a result with the handlers of the client, and never returns such a result.
      allowInputRequired: suspend.includes('elicitation'),
    },
  );
}

/** Time for which a server of protocol 2025 should store a task, in milliseconds. */
const TASK_TTL_MS = 24 * 60 * 60 * 1000;

/**
 * Whether a call is sent as a task of protocol 2025. In protocol 2026, the server decides whether to start a task. A task of protocol
 * 2025 has no `resume`, because its server asks questions while the task runs.
 */
function runsAsTask(client: Client, { execution }: ListedTool, suspend: ToolCall['suspend']): boolean {
  if (client.getProtocolEra() === 'modern') return false;
  if (client.getServerCapabilities()?.tasks?.requests?.tools?.call === undefined) return false;
  const { taskSupport } = execution ?? {};
  return taskSupport === 'required' || (taskSupport === 'optional' && suspend.includes('task'));
}

const isInputRequired = (answer: Answer): answer is InputRequiredResult =>
  answer['resultType'] === 'input_required';
