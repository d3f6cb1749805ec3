import type { RunState } from '@majordomo/agent';
import {
  assistant,
  audio,
  file,
  image,
  user,
  type AssistantPart,
  type JsonObject,
  type Message,
  type ToolCallPart,
  type ToolResultPart,
  type UserPart,
} from '@majordomo/core';
import { asList, fromBase64, isList, isRecord } from '@majordomo/core/toolkit';
import { verifyApproval } from './approval-id.ts';
import { errorResult, messagesOfStep, type PageCall, type PageStep } from './assistant-parts.ts';
import type { AgUiInput } from './ag-ui-types.ts';
import { decisionOf, signedRun, storedDecision, storedTranscript } from './decisions.ts';
import { expected, invalid, optionalText, recordAt, textAt } from './page-message.ts';
import { textResult } from './tool-output.ts';
import type { FromUiOptions } from './types.ts';

type Options = Pick<FromUiOptions, 'secret' | 'stored' | 'clock'>;
type Fields = Readonly<Record<string, unknown>>;

/** Message of a client: one of the user, or a step of the assistant. */
type ClientMessage = { readonly user: Message } | { readonly step: PageStep };

/** Reads the body of an AG-UI request. Follows the rules of `fromUiMessages` and throws the same errors; the `chatId` is the `threadId`. */
export async function fromAgUi(body: unknown, options: Options = {}): Promise<AgUiInput> {
  if (!isRecord(body)) throw expected('body', 'an object', body);
  const threadId = textAt(body, 'threadId', 'body');
  const runId = textAt(body, 'runId', 'body');
  const { messages, resume } = body;
  if (!isList(messages)) throw expected('messages', 'an array', messages);
  const conversation = readConversation(messages);
  const read = await readInput(conversation, asList(resume), { ...options, chatId: threadId });
  return { threadId, runId, clientMessages: messages as readonly object[], ...read };
}

async function readInput(
  conversation: readonly ClientMessage[],
  resume: readonly unknown[],
  options: Options & Pick<FromUiOptions, 'chatId'>,
): Promise<Pick<AgUiInput, 'messages' | 'run' | 'decisions'>> {
  const { stored } = options;
  const last = conversation.at(-1);
  if (last === undefined)
    throw invalid('messages', 'the list has no message for the model; send a user message');
  if (resume.length > 0) return resumedRun(conversation, resume, options);
  if ('step' in last && last.step.calls.every(({ result }) => result === undefined))
    throw invalid(
      'messages',
      'the last message is complete; send a user message, or `resume` a call that waits',
    );
  if (stored === undefined) return newRun(conversation.flatMap(messagesOf));
  if ('user' in last) return newRun([...storedTranscript(stored), last.user]);
  throw invalid('messages', 'results of the client are not accepted for a stored conversation');
}

const newRun = (messages: readonly Message[]): Pick<AgUiInput, 'messages' | 'run' | 'decisions'> => ({
  messages,
  run: messages,
  decisions: [],
});

const messagesOf = (message: ClientMessage): readonly Message[] =>
  'user' in message ? [message.user] : messagesOfStep(message.step);

/** Applies the answers of `resume` to the calls of the last step, or to those of the stored run. */
async function resumedRun(
  conversation: readonly ClientMessage[],
  resume: readonly unknown[],
  options: Options & Pick<FromUiOptions, 'chatId'>,
): Promise<Pick<AgUiInput, 'messages' | 'run' | 'decisions'>> {
  const { stored } = options;
  const state = stored !== undefined && 'pending' in stored ? stored : undefined;
  const last = conversation.findLast((message) => 'step' in message);
  const step: PageStep = last?.step ?? { parts: [], calls: [] };
  const waiting = stored === undefined ? step.calls.map(({ call }) => call) : (state?.pending ?? []);
  const answers: PageCall[] = [];
  for (const [index, entry] of resume.entries())
    answers.push(await readAnswer(entry, `resume[${index}]`, waiting, state, options));
  if (state !== undefined) {
    const decisions = answers.flatMap((answer) => storedDecision(answer, state));
    return { messages: state.messages, run: state, decisions };
  }
  const answerOf = (one: PageCall): PageCall => answers.find(({ call }) => call.id === one.call.id) ?? one;
  const earlier = conversation.slice(0, conversation.lastIndexOf(last as ClientMessage)).flatMap(messagesOf);
  const run = await signedRun(earlier, { ...step, calls: step.calls.map(answerOf) }, options);
  return { messages: run.messages, run, decisions: answers.map(decisionOf) };
}

async function readAnswer(
  entry: unknown,
  path: string,
  waiting: readonly ToolCallPart[],
  state: RunState | undefined,
  options: Options & Pick<FromUiOptions, 'chatId'>,
): Promise<PageCall> {
  if (!isRecord(entry)) throw expected(path, 'an object', entry);
  const approvalId = textAt(entry, 'interruptId', path);
  const call = await findCall(approvalId, waiting, state, options);
  if (call === undefined)
    throw invalid(`${path}.interruptId`, 'no call waits for this answer, or it has expired');
  const answer = { call, path, approvalId };
  const { status, payload } = entry;
  if (status === 'cancelled') return { ...answer, isApproved: false, reason: 'The user cancelled it.' };
  if (state?.suspended?.some(({ callId }) => callId === call.id) === true) {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload ?? null);
    const result = { type: 'tool-result', callId: call.id, name: call.name, ...textResult(text) } as const;
    return { ...answer, result };
  }
  const fields = recordAt(entry, 'payload', path);
  const { approved } = fields;
  if (typeof approved !== 'boolean') throw invalid(`${path}.payload.approved`, 'expected true or false');
  return { ...answer, isApproved: approved, reason: optionalText(fields, 'reason', `${path}.payload`) };
}

/** Returns the call of an interrupt. The id of an interrupt without a signature is the call id, which requires a stored run. */
async function findCall(
  id: string,
  waiting: readonly ToolCallPart[],
  state: RunState | undefined,
  options: Options & Pick<FromUiOptions, 'chatId'>,
): Promise<ToolCallPart | undefined> {
  for (const call of waiting)
    if ((state !== undefined && call.id === id) || (await verifyApproval(id, call, options)) !== undefined)
      return call;
  return undefined;
}

function readConversation(messages: readonly unknown[]): ClientMessage[] {
  const conversation: ClientMessage[] = [];
  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`;
    if (!isRecord(message)) throw expected(path, 'an object', message);
    const last = conversation.at(-1);
    switch (message['role']) {
      case 'user':
        conversation.push({ user: user(readContent(message['content'], path)) });
        break;
      case 'assistant':
        conversation.push({ step: readStep(message, path) });
        break;
      case 'tool':
        addResult(last !== undefined && 'step' in last ? last.step : undefined, message, path);
        break;
      case 'reasoning':
      case 'activity':
        break;
      default:
        throw invalid(
          `${path}.role`,
          'expected "user", "assistant" or "tool"; set instructions on the server',
        );
    }
  }
  return conversation.filter((message) => 'user' in message || message.step.parts.length > 0);
}

function readContent(content: unknown, path: string): UserPart[] {
  const at = `${path}.content`;
  if (typeof content === 'string' && content !== '') return [{ type: 'text', text: content }];
  if (!isList(content) || content.length === 0) throw expected(at, 'text or parts', content);
  return content.map((part, index) => readContentPart(part, `${at}[${index}]`));
}

function readContentPart(part: unknown, path: string): UserPart {
  if (!isRecord(part)) throw expected(path, 'an object', part);
  const { type } = part;
  if (type === 'text') return { type, text: textAt(part, 'text', path) };
  const source = recordAt(part, 'source', path);
  if (source['type'] !== 'data')
    throw invalid(`${path}.source.type`, 'expected "data"; the server loads no URLs');
  const mediaType = textAt(source, 'mimeType', `${path}.source`);
  const bytes = bytesOf(textAt(source, 'value', `${path}.source`), `${path}.source.value`);
  if (type === 'image') return image(bytes, mediaType);
  return type === 'audio' ? audio(bytes, mediaType) : file(bytes, mediaType);
}

function bytesOf(text: string, path: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    throw invalid(path, 'the value must be base64');
  }
}

function readStep(message: Fields, path: string): PageStep {
  const text = optionalText(message, 'content', path) ?? '';
  const parts: AssistantPart[] = text === '' ? [] : [...assistant(text).parts];
  const calls: PageCall[] = [];
  for (const [index, entry] of asList(message['toolCalls']).entries()) {
    const at = `${path}.toolCalls[${index}]`;
    if (!isRecord(entry)) throw expected(at, 'an object', entry);
    const call = readCall(entry, at);
    if (calls.some((one) => one.call.id === call.id))
      throw invalid(`${at}.id`, 'another call of the message has this id');
    parts.push(call);
    calls.push({ call, path: at });
  }
  return { parts, calls };
}

function readCall(entry: Fields, path: string): ToolCallPart {
  const called = recordAt(entry, 'function', path);
  const raw = textAt(called, 'arguments', `${path}.function`);
  const args = parsedObject(raw);
  return {
    type: 'tool-call',
    id: textAt(entry, 'id', path),
    name: textAt(called, 'name', `${path}.function`),
    args: args ?? {},
    ...(args === undefined ? { invalid: { raw } } : {}),
  };
}

function parsedObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    return isRecord(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

function addResult(step: PageStep | undefined, message: Fields, path: string): void {
  const id = textAt(message, 'toolCallId', path);
  const index = step?.calls.findIndex(({ call }) => call.id === id) ?? -1;
  const one = step?.calls[index];
  if (step === undefined || one === undefined)
    throw invalid(`${path}.toolCallId`, 'the preceding assistant message has no such call');
  step.calls[index] = { ...one, result: readResult(one.call, message, path) };
}

function readResult(call: ToolCallPart, message: Fields, path: string): ToolResultPart {
  const error = optionalText(message, 'error', path);
  if (error !== undefined) return errorResult(call, error);
  const { content } = message;
  const parts = typeof content === 'string' ? textResult(content).content : readContent(content, path);
  const pieces = parts.filter((part) => part.type !== 'audio');
  return { type: 'tool-result', callId: call.id, name: call.name, content: pieces };
}
