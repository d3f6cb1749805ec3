import type { RunState, Tool } from '@majordomo/agent';
import { suspendedCalls } from '@majordomo/agent/steps';
import {
  user,
  type AssistantPart,
  type JsonObject,
  type JsonValue,
  type ResultPiece,
  type ToolCallPart,
  type UserTurnPart,
} from '@majordomo/core';
import {
  asRecord,
  fromBase64,
  isList,
  isRecord,
  parseArguments,
  tryParseJson,
} from '@majordomo/core/toolkit';
import type { AgUiInput, FromAgUiOptions } from './types.ts';
import { REASONING_ID } from './ag-ui-translator.ts';
import { isSignable, verifyApproval } from './approval-id.ts';
import { readClientTools, readContext, withClientCalls } from './client-tools.ts';
import { ClientValue } from './client-value.ts';
import { filePart } from './from-ui-messages.ts';
import { innerCalls } from './inner-calls.ts';
import { isStep, pausedRun, readInput, type InputOptions, type Turn } from './input.ts';
import { addCall, decisionOf, readReplay, vendorCallOf, type ClientCall, type Step } from './steps.ts';
import { resultOf } from './tool-output.ts';

/**
 * Reads the body of an AG-UI request. Validates and throws like `fromUiMessages`. Uses the `threadId` as the `chatId`. The
 * page is the client. Results of its tools continue the run that waits for them. They are the user's input, and approve nothing.
 */
export async function fromAgUi(body: unknown, options: FromAgUiOptions = {}): Promise<AgUiInput> {
  const request = ClientValue.ofRequest(body, 'body');
  const threadId = request.at('threadId').text();
  const runId = request.at('runId').text();
  const protocolVersion = request.at('protocolVersion').optionalText();
  const { messages, resume, state } = request.record();
  const tools = readClientTools(request.at('tools'), options.serverTools ?? []);
  const context = readContext(request.at('context'));
  const list = new ClientValue(messages, 'messages');
  const read = readTurns(list.list());
  const answers = isList(resume) ? new ClientValue(resume, 'resume').list() : [];
  const inputOptions = { ...options, chatId: threadId };
  const turns = answers.length === 0 ? read : await answeredTurns(read, answers, inputOptions);
  const input = await readInput(withResults(turns, tools, options), list, inputOptions);
  const clientMessages = messages as readonly object[];
  const page = { clientMessages, tools, state: state as JsonValue | undefined, context };
  return { threadId, runId, protocolVersion, ...page, ...input };
}

/**
 * Returns the turns with the results of the page's tools as decisions. With a stored run, `readInput` makes decisions of the
 * results, because only the run states which calls wait.
 */
function withResults(turns: readonly Turn[], tools: readonly Tool[], { stored }: FromAgUiOptions) {
  const last = turns.at(-1);
  if (stored !== undefined || last === undefined || !isStep(last)) return turns;
  return [...turns.slice(0, -1), withClientCalls(last, tools)];
}

function readTurns(messages: readonly ClientValue[]): readonly Turn[] {
  const turns: Turn[] = [];
  const reasoning = reasoningByMessage(messages);
  for (const message of messages) {
    const last = turns.at(-1);
    const role = message.at('role');
    switch (role.value) {
      case 'user':
        turns.push(user(readContent(message.at('content'))));
        break;
      case 'assistant':
        turns.push(readStep(message, reasoning.get(String(message.at('id').value)) ?? []));
        break;
      case 'tool':
        addResult(last !== undefined && isStep(last) ? last.calls : [], message);
        break;
      // `readStep` adds the reasoning. Activities are only for the user.
      case 'reasoning':
      case 'activity':
        break;
      default:
        throw role.invalid('expected "user", "assistant" or "tool"; set instructions on the server');
    }
  }
  // A step without parts has no calls either.
  return turns.filter(({ parts }) => parts.length > 0);
}

function readContent(content: ClientValue): UserTurnPart[] {
  const text = typeof content.value === 'string' ? content.value : undefined;
  const parts = text === undefined ? content.list().map(readContentPart) : [{ type: 'text', text } as const];
  if (text === '' || parts.length === 0) throw content.invalid('the message is empty; add text or a file');
  return parts;
}

function readContentPart(part: ClientValue): UserTurnPart {
  if (part.at('type').value === 'text') return { type: 'text', text: part.at('text').text() };
  const source = part.at('source');
  if (source.at('type').value !== 'data')
    throw source.at('type').invalid('expected "data"; the server loads no URLs');
  const mediaType = source.at('mimeType').text();
  const data = source.at('value');
  try {
    return filePart(fromBase64(data.text()), mediaType);
  } catch {
    throw data.invalid('expected base64 data');
  }
}

/** Returns the reasoning that vendors require, by the id of its assistant message. Reasoning without a token is not sent to a model. */
function reasoningByMessage(messages: readonly ClientValue[]): ReadonlyMap<string, AssistantPart[]> {
  const byMessage = new Map<string, AssistantPart[]>();
  for (const source of messages) {
    const { role, id, content } = source.record();
    if (role !== 'reasoning' || typeof id !== 'string') continue;
    const { replay, kind, text } = storedMembers(source);
    const end = id.lastIndexOf(REASONING_ID);
    if (replay === undefined || end === -1) continue;
    const parts = byMessage.get(id.slice(0, end)) ?? [];
    byMessage.set(id.slice(0, end), parts);
    if (typeof kind === 'string')
      parts.push({ type: 'vendor', kind, ...(typeof text === 'string' && { text }), replay });
    else parts.push({ type: 'reasoning', text: typeof content === 'string' ? content : '', replay });
  }
  return byMessage;
}

/** Returns the members that AG-UI lacks and that the client stores for this server. A malformed value has no members. */
function storedMembers(source: ClientValue) {
  const { encryptedValue } = source.record();
  const value = typeof encryptedValue === 'string' ? tryParseJson(encryptedValue) : undefined;
  const { replay, kind, text, programId, vendorCall, vendorOutput } = asRecord(value);
  return { replay: readReplay(replay), kind, text, programId, vendorCall, vendorOutput };
}

function readStep(message: ClientValue, reasoning: readonly AssistantPart[]): Step {
  const text = message.at('content').optionalText() ?? '';
  const { replay } = storedMembers(message);
  const step: Step = { parts: [...reasoning], calls: [] };
  if (text !== '') step.parts.push({ type: 'text', text, ...(replay && { replay }) });
  const calls = message.at('toolCalls');
  for (const source of isList(calls.value) ? calls.list() : [])
    addCall(step, readCall(source), source.at('id'));
  return step;
}

function readCall(source: ClientValue): ClientCall {
  const called = source.at('function');
  const { args, invalid } = parseArguments(called.at('arguments').text());
  const id = source.at('id').text();
  const name = called.at('name').text();
  const { replay, programId, vendorCall: vendorName } = storedMembers(source);
  const base: ToolCallPart = { type: 'tool-call', id, name, args };
  const call = {
    ...base,
    ...(invalid && { invalid }),
    ...(typeof programId === 'string' && { programId }),
    ...(replay && { replay }),
  };
  return { call, source, vendorCall: vendorCallOf(call, vendorName) };
}

function addResult(calls: ClientCall[], message: ClientValue): void {
  const id = message.at('toolCallId');
  const index = calls.findIndex(({ call }) => call.id === id.text());
  const waiting = calls[index];
  if (waiting === undefined) throw id.invalid('the preceding assistant message has no call with this id');
  if (waiting.result !== undefined)
    throw id.invalid('the call already has a result; send one result for each call');
  const error = message.at('error').optionalText();
  const content = message.at('content');
  const result =
    error === undefined
      ? resultOf(waiting.call, readResultContent(content))
      : resultOf(waiting.call, error, true);
  const { vendorOutput } = storedMembers(message);
  const output = isRecord(vendorOutput) ? (vendorOutput as JsonObject) : undefined;
  calls[index] = {
    ...waiting,
    source: message,
    result: output === undefined ? result : { ...result, output },
  };
}

function readResultContent(content: ClientValue): readonly ResultPiece[] {
  if (content.value === '') return [];
  return readContent(content).map((part) => {
    if (part.type === 'audio')
      throw content.invalid('the result of a tool cannot contain audio; send text, images or documents');
    return part;
  });
}

/**
 * Returns the turns up to the step with the waiting calls, and adds the answers in `resume` to these calls. The answers continue
 * the paused run, which contains no later messages of the user.
 */
async function answeredTurns(
  turns: readonly Turn[],
  answers: readonly ClientValue[],
  options: InputOptions,
): Promise<readonly Turn[]> {
  const run = pausedRun(options.stored);
  const index = turns.findLastIndex(isStep);
  const sent = turns[index] as Step | undefined;
  const { parts, calls } = waitingStep(run, sent);
  const answered = new Set<number>();
  for (const source of answers) {
    const approvalId = source.at('interruptId');
    const at = await indexOfAnswered(approvalId.text(), calls, run, options);
    const waiting = calls[at];
    if (waiting === undefined || answered.has(at))
      throw approvalId.invalid('no call waits for this answer; ask the model again');
    answered.add(at);
    calls[at] = { call: waiting.call, source, ...readAnswer(waiting.call, source, approvalId, run) };
  }
  // If the page has sent no step, the stored run contains the earlier turns.
  const earlier = sent === undefined ? [] : turns.slice(0, index);
  return [...earlier, { parts, calls }];
}

/**
 * Returns the step whose calls wait for the client. A stored run states the calls, and the client only adds results. Without a
 * stored run, the step is the last one that the client has sent.
 */
function waitingStep(run: RunState | undefined, sent: Step | undefined): Step {
  if (run === undefined) return { parts: sent?.parts ?? [], calls: [...(sent?.calls ?? [])] };
  const unsent = new ClientValue({}, 'resume');
  const waiting = [...run.pending, ...innerCalls(run)];
  const calls = waiting.map((call): ClientCall => {
    const { source = unsent, result } = sent?.calls.find((one) => one.call.id === call.id) ?? {};
    return { call, source, result };
  });
  return { parts: waiting, calls };
}

/** Returns the index of the call that an interrupt's id identifies, or -1. An id is a signed approval id or the id of the call. */
async function indexOfAnswered(
  id: string,
  calls: readonly ClientCall[],
  run: RunState | undefined,
  options: InputOptions,
): Promise<number> {
  // Without a signature, only a stored run proves that the call waits. A call that cannot be signed is refused later, with the reason.
  const isCallId = ({ call }: ClientCall): boolean =>
    call.id === id && (run !== undefined || !isSignable(call));
  const isSigned = async ({ call }: ClientCall): Promise<boolean> =>
    (await verifyApproval(id, call, options)) !== undefined;
  const matches = await Promise.all(calls.map(async (call) => isCallId(call) || (await isSigned(call))));
  return matches.indexOf(true);
}

/** Returns the client's answer: a cancellation, the result of a suspended call, or a decision about an approval. */
function readAnswer(
  call: ToolCallPart,
  source: ClientValue,
  approvalId: ClientValue,
  run: RunState | undefined,
): Pick<ClientCall, 'approvalId' | 'decision' | 'result'> {
  const isCancelled = source.at('status').value === 'cancelled';
  if (isCancelled) return { approvalId, decision: decisionOf(call.id, false, 'The user cancelled it.') };
  const payload = source.at('payload');
  // Only a stored run contains suspended calls. Without one, every call that `resume` answers waits for an approval.
  const isSuspended = suspendedCalls(run ?? {}).some(({ callId }) => callId === call.id);
  if (isSuspended) {
    const { value } = payload;
    return { result: resultOf(call, typeof value === 'string' ? value : JSON.stringify(value ?? null)) };
  }
  const isApproved = payload.at('approved').boolean();
  return { approvalId, decision: decisionOf(call.id, isApproved, payload.at('reason').optionalText()) };
}
