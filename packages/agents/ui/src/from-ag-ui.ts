import type { RunState, Tool } from '@majordomo/agent';
import { suspendedCalls } from '@majordomo/agent/steps';
import {
  user,
  type AssistantPart,
  type JsonObject,
  type JsonValue,
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
import { verifyApproval } from './approval-id.ts';
import { readClientTools, readContext, withClientCalls } from './client-tools.ts';
import { ClientValue } from './client-value.ts';
import { filePart } from './from-ui-messages.ts';
import { innerCalls } from './inner-calls.ts';
import { pausedRun, readInput, type InputOptions, type Turn } from './input.ts';
import { addCall, decisionOf, readReplay, vendorCallOf, type ClientCall, type Step } from './steps.ts';
import { resultOf } from './tool-output.ts';

/**
 * Reads the body of an AG-UI request. Validates and throws like `fromUiMessages`. Uses the `threadId` as the `chatId`. Results of
 * the page's tools continue the run that waits for them. They are the user's input, and approve nothing.
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

/** Returns the turns with the results of the page's tools as decisions. A stored run knows itself which calls wait for them. */
function withResults(turns: readonly Turn[], tools: readonly Tool[], { stored }: FromAgUiOptions) {
  const last = turns.at(-1);
  if (last === undefined || 'role' in last || stored !== undefined) return turns;
  return [...turns.slice(0, -1), withClientCalls(last, tools)];
}

function readTurns(messages: readonly ClientValue[]): readonly Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    const role = message.at('role');
    switch (role.value) {
      case 'user':
        turns.push(user(readContent(message.at('content'))));
        break;
      case 'assistant':
        turns.push(readStep(message, reasoningOf(messages, message)));
        break;
      case 'tool':
        addResult(last === undefined || 'role' in last ? [] : last.calls, message);
        break;
      case 'reasoning':
      case 'activity':
        break;
      default:
        throw role.invalid('expected "user", "assistant" or "tool"; set instructions on the server');
    }
  }
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

/** Returns the reasoning of an assistant message that a vendor requires. Reasoning without a token is not sent to a model. */
function reasoningOf(messages: readonly ClientValue[], message: ClientValue): AssistantPart[] {
  const prefix = `${String(message.at('id').value)}${REASONING_ID}`;
  return messages.flatMap((source): AssistantPart[] => {
    const { role, id, content } = source.record();
    if (role !== 'reasoning' || typeof id !== 'string' || !id.startsWith(prefix)) return [];
    const { replay, kind, text } = tokenOf(source);
    if (replay === undefined) return [];
    if (typeof kind !== 'string')
      return [{ type: 'reasoning', text: typeof content === 'string' ? content : '', replay }];
    return [{ type: 'vendor', kind, ...(typeof text === 'string' && { text }), replay }];
  });
}

/** Returns the vendor's token that the client stored, or no token if the value is malformed. */
function tokenOf(source: ClientValue) {
  const { encryptedValue } = source.record();
  const value = typeof encryptedValue === 'string' ? tryParseJson(encryptedValue) : undefined;
  const { replay, kind, text, programId, vendorCall, vendorOutput } = asRecord(value);
  return { replay: readReplay(replay), kind, text, programId, vendorCall, vendorOutput };
}

function readStep(message: ClientValue, reasoning: readonly AssistantPart[]): Step {
  const text = message.at('content').optionalText() ?? '';
  const { replay } = tokenOf(message);
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
  const { replay, programId, vendorCall: vendorName } = tokenOf(source);
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
  const parts = content.value === '' ? [] : readContent(content);
  const pieces = parts.filter((part) => part.type !== 'audio');
  const result = error === undefined ? resultOf(waiting.call, pieces) : resultOf(waiting.call, error, true);
  const { vendorOutput } = tokenOf(message);
  const output = isRecord(vendorOutput) ? (vendorOutput as JsonObject) : undefined;
  calls[index] = {
    ...waiting,
    source: message,
    result: output === undefined ? result : { ...result, output },
  };
}

/** Returns the turns up to the step with the waiting calls, and adds the answers in `resume` to these calls. */
async function answeredTurns(
  turns: readonly Turn[],
  answers: readonly ClientValue[],
  options: InputOptions,
): Promise<readonly Turn[]> {
  const run = pausedRun(options.stored);
  const index = turns.findLastIndex((turn) => !('role' in turn));
  const sent = turns[index] as Step | undefined;
  const step = run === undefined ? sent : stepOf(run, sent);
  const calls = [...(step?.calls ?? [])];
  for (const source of answers) {
    const approvalId = source.at('interruptId');
    const id = approvalId.text();
    // If the interrupt's id is unsigned, it is the call id and requires a stored run.
    const isAnswered = async ({ call }: ClientCall): Promise<boolean> =>
      (run !== undefined && call.id === id) || (await verifyApproval(id, call, options)) !== undefined;
    const at = (await Promise.all(calls.map(isAnswered))).indexOf(true);
    const waiting = calls[at];
    if (waiting === undefined) throw approvalId.invalid('no call waits for this answer; ask the model again');
    calls[at] = { call: waiting.call, source, ...readAnswer(waiting.call, source, approvalId, run) };
  }
  return [...turns.slice(0, Math.max(index, 0)), { parts: step?.parts ?? [], calls }];
}

/** Returns the waiting calls of a stored run, with the results that the client sent. */
function stepOf(run: RunState, sent: Step | undefined): Step {
  const source = new ClientValue({}, 'resume');
  const calls = [...run.pending, ...innerCalls(run)];
  const sentCalls = sent?.calls ?? [];
  return {
    parts: calls,
    calls: calls.map((call) => sentCalls.find((one) => one.call.id === call.id) ?? { call, source }),
  };
}

function readAnswer(
  call: ToolCallPart,
  source: ClientValue,
  approvalId: ClientValue,
  run: RunState | undefined,
): Pick<ClientCall, 'approvalId' | 'decision' | 'result'> {
  if (source.at('status').value === 'cancelled')
    return { approvalId, decision: decisionOf(call.id, false, 'The user cancelled it.') };
  const payload = source.at('payload');
  if (suspendedCalls(run ?? {}).some(({ callId }) => callId === call.id)) {
    const { value } = payload;
    return { result: resultOf(call, typeof value === 'string' ? value : JSON.stringify(value ?? null)) };
  }
  const isApproved = payload.at('approved').boolean();
  return { approvalId, decision: decisionOf(call.id, isApproved, payload.at('reason').optionalText()) };
}
