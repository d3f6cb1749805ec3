import { asRecord } from '@majordomo/core/toolkit';
import type { JsonObject, JsonValue } from '@majordomo/core';
import { isClientTool } from './client-tools.ts';
import { denialText } from './steps.ts';
import { piecesOf, textOfResult } from './tool-output.ts';
import type { AgUiInput, UiMessageChunk } from './types.ts';

/** Event of AG-UI. */
export interface AgUiEvent extends JsonObject {
  readonly type: string;
}

interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; arguments: string };
  encryptedValue?: string;
}

interface ReasoningMessage {
  readonly id: string;
  readonly role: 'reasoning';
  content: string;
  encryptedValue?: string;
}

/** Text between the id of an assistant message and the id of its part in the id of a reasoning message. */
export const REASONING_ID = '-reasoning-';

/** Token without members. A client keeps the last token of a message, so this one replaces an invalid token. */
const NO_TOKEN = '{}';

/** Returns a function that converts chunks of the UI message stream to AG-UI events. Each step becomes one assistant message. */
export function agUiTranslator(input: AgUiInput): (chunk: UiMessageChunk) => AgUiEvent[] {
  const { threadId, runId, protocolVersion } = input;
  /** Messages that the client shows, except the messages of the current step. */
  const messages: object[] = [...input.clientMessages];
  /** Tool results of the current step, as messages. */
  const results: object[] = [];
  /** Events of each part that is still open, by id: the delta event without its text, then the events that end the part. */
  const open = new Map<string, readonly AgUiEvent[]>();
  const interrupts: JsonObject[] = [];
  /** Ids of the calls that wait for tools of the page. */
  const pendingToolCallIds: string[] = [];
  const answered = answeredCalls(input);
  /** Number of the current message, which increases with each step and each attempt. */
  let number = 0;
  let messageId = `${runId}-0`;
  let content = '';
  let toolCalls: ToolCall[] = [];
  /** Reasoning messages of the current step by the id of their part. */
  let reasonings = new Map<string, ReasoningMessage>();
  /** Token of the text of the current step, and the number of its text parts. A message has only one token. */
  let textToken: string | undefined;
  let textCount = 0;
  let errorKind: JsonValue = 'server';

  function startMessage(): void {
    content = '';
    toolCalls = [];
    reasonings = new Map();
    textToken = undefined;
    textCount = 0;
    open.clear();
    messageId = `${runId}-${++number}`;
  }

  /** Returns the events that end the open parts. */
  const ends = (): AgUiEvent[] => [...open.values()].flatMap(([, ...end]) => end);

  const callOf = (id: string): ToolCall | undefined => toolCalls.find((call) => call.id === id);

  function delta(type: string, id: string, text: string): AgUiEvent[] {
    if (type === 'text-delta') content += text;
    const reasoning = reasonings.get(id);
    if (reasoning !== undefined) reasoning.content += text;
    const call = callOf(id);
    if (call !== undefined) call.function.arguments += text;
    const [event] = open.get(id) ?? [];
    return event === undefined ? [] : [{ ...event, delta: text }];
  }

  function startCall(toolCallId: string, name: string): AgUiEvent[] {
    toolCalls.push({ id: toolCallId, type: 'function', function: { name, arguments: '' } });
    open.set(toolCallId, [
      { type: 'TOOL_CALL_ARGS', toolCallId },
      { type: 'TOOL_CALL_END', toolCallId },
    ]);
    return [{ type: 'TOOL_CALL_START', toolCallId, toolCallName: name, parentMessageId: messageId }];
  }

  function endPart(id: string): AgUiEvent[] {
    const [, ...end] = open.get(id) ?? [];
    open.delete(id);
    return end;
  }

  /** Returns the events of a call whose arguments arrive at once: a vendor's call, or a call of a sub-agent that waits. */
  function completeCall(id: string, chunk: UiMessageChunk): AgUiEvent[] {
    const start = startCall(id, chunk['toolName'] as string);
    const args = delta('tool-input-delta', id, JSON.stringify(chunk['input']));
    return [...start, ...args, ...endWithToken(id, tokenOf(chunk))];
  }

  /** Returns an array with the current step's message as the client shows it, or an empty array if the step has no content. */
  const stepMessage = (): object[] =>
    content === '' && toolCalls.length === 0
      ? []
      : [
          ...reasonings.values(),
          {
            id: messageId,
            role: 'assistant',
            content,
            toolCalls,
            ...(textToken !== undefined && { encryptedValue: textToken }),
          },
        ];

  function startReasoning(id: string): AgUiEvent[] {
    const part = { messageId: `${messageId}${REASONING_ID}${id}` };
    reasonings.set(id, { id: part.messageId, role: 'reasoning', content: '' });
    const types = ['REASONING_MESSAGE_CONTENT', 'REASONING_MESSAGE_END', 'REASONING_END'];
    open.set(
      id,
      types.map((type) => ({ type, ...part })),
    );
    return [
      { type: 'REASONING_START', ...part },
      { type: 'REASONING_MESSAGE_START', ...part, role: 'reasoning' },
    ];
  }

  /** Returns the end of a part, and its token for the next request. */
  function endWithToken(id: string, token: string | undefined): AgUiEvent[] {
    const end = endPart(id);
    if (token === undefined) return end;
    const call = callOf(id);
    const message = call ?? reasonings.get(id);
    if (message !== undefined) message.encryptedValue = token;
    const subtype = call === undefined ? 'message' : 'tool-call';
    const entityId = message?.id ?? messageId;
    return [...end, { type: 'REASONING_ENCRYPTED_VALUE', subtype, entityId, encryptedValue: token }];
  }

  /**
   * Returns the end of a text. The message joins all texts of its step, and a token is valid only for its own text. If a second text
   * follows, `NO_TOKEN` replaces the token of the first text, and the token of the second text is not sent.
   */
  function endText(id: string, token: string | undefined): AgUiEvent[] {
    textCount += 1;
    const next = textCount === 1 ? token : textToken && NO_TOKEN;
    textToken = next;
    return endWithToken(id, next);
  }

  /** Returns a vendor part as a reasoning message without text, because clients keep the token of such a message. */
  function vendorPart(data: JsonObject): AgUiEvent[] {
    if (data['replay'] === undefined) return [];
    const id = `vendor-${reasonings.size}`;
    return [...startReasoning(id), ...endWithToken(id, JSON.stringify(data))];
  }

  function result(chunk: UiMessageChunk, text: string): AgUiEvent[] {
    const toolCallId = chunk['toolCallId'] as string;
    const details = detailsOf(chunk);
    // The client has the results that it sent.
    if (answered.has(toolCallId)) return [];
    const resultId = `${runId}-${toolCallId}-result`;
    const message = { toolCallId, content: text, role: 'tool' };
    const event = { type: 'TOOL_CALL_RESULT', messageId: resultId, ...message };
    if (details === undefined) {
      results.push({ id: resultId, ...message });
      return [event];
    }
    results.push({ id: resultId, ...message, encryptedValue: details });
    const token = { subtype: 'message', entityId: resultId, encryptedValue: details };
    return [event, { type: 'REASONING_ENCRYPTED_VALUE', ...token }];
  }

  function runFinished(end: 'finish' | 'abort'): AgUiEvent {
    const outcome = outcomeOf(end, {
      interrupts,
      pendingToolCallIds,
      isOldClient: protocolVersion === undefined,
    });
    return { type: 'RUN_FINISHED', threadId, runId, ...(outcome && { outcome }) };
  }

  return (chunk) => {
    const { toolCallId = '', id = toolCallId } = chunk as Readonly<Record<string, string>>;
    switch (chunk.type) {
      case 'start':
        return [{ type: 'RUN_STARTED', threadId, runId }];
      case 'start-step':
        messages.push(...stepMessage(), ...results.splice(0));
        startMessage();
        return [];
      case 'reset-step': {
        const ended = ends();
        results.length = 0;
        startMessage();
        // Replaces the client's messages with the messages that are still valid.
        return [...ended, { type: 'MESSAGES_SNAPSHOT', messages: messages as JsonObject[] }];
      }
      case 'text-start':
        open.set(id, [
          { type: 'TEXT_MESSAGE_CONTENT', messageId },
          { type: 'TEXT_MESSAGE_END', messageId },
        ]);
        return [{ type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' }];
      case 'reasoning-start':
        return startReasoning(id);
      case 'data-majordomo-vendor':
        return vendorPart(chunk['data'] as JsonObject);
      case 'tool-input-start':
        return startCall(id, chunk['toolName'] as string);
      case 'text-delta':
      case 'reasoning-delta':
      case 'tool-input-delta':
        // The text of a `tool-input-delta` is in the second member.
        return delta(chunk.type, id, (chunk['delta'] ?? chunk['inputTextDelta']) as string);
      case 'tool-input-available':
        return callOf(id) === undefined ? completeCall(id, chunk) : endWithToken(id, tokenOf(chunk));
      case 'text-end':
        return endText(id, tokenOf(chunk));
      case 'reasoning-end':
      case 'tool-input-error':
        return endWithToken(id, tokenOf(chunk));
      case 'tool-output-available':
        return result(chunk, textOfResult(piecesOf(chunk['output'])));
      case 'tool-output-error':
        return result(chunk, chunk['errorText'] as string);
      case 'tool-output-denied': {
        const denied = input.decisions.find(({ callId }) => callId === toolCallId);
        return result(chunk, denialText(asRecord(denied)['deny'] as string));
      }
      case 'tool-approval-request': {
        const call = callOf(toolCallId);
        const message = `Run ${call?.function.name ?? 'the tool'}?`;
        interrupts.push({ id: chunk['approvalId'], reason: 'tool_call', toolCallId, message });
        return [];
      }
      case 'data-majordomo-suspended': {
        const { callId, payload } = chunk['data'] as { callId: string; payload: JsonValue };
        if (isClientTool(payload)) {
          pendingToolCallIds.push(callId);
          return [];
        }
        const ids = { id: callId, toolCallId: callId };
        interrupts.push({ ...ids, reason: 'input_required', metadata: { payload } });
        return [];
      }
      case 'message-metadata':
        // Arrives before the `error`, which contains no kind.
        errorKind = errorKindOf(chunk) ?? errorKind;
        return [];
      case 'error':
        // Clients require that all parts have ended before `RUN_FINISHED`, but not before `RUN_ERROR`.
        return [{ type: 'RUN_ERROR', message: chunk['errorText'], code: errorKind }];
      case 'finish':
      case 'abort':
        return [...ends(), runFinished(chunk.type)];
      default:
        return [];
    }
  };
}

/** Calls that wait at the end of a response. */
interface WaitingCalls {
  readonly interrupts: JsonObject[];
  readonly pendingToolCallIds: string[];
  /** Whether the client is older than AG-UI 1.0, and rejects members and outcomes of 1.0. */
  readonly isOldClient: boolean;
}

/** Returns the outcome of a run, or `undefined` for an old client that does not know it. */
function outcomeOf(end: 'finish' | 'abort', waiting: WaitingCalls): JsonObject | undefined {
  const { interrupts, pendingToolCallIds, isOldClient } = waiting;
  if (end === 'abort') return isOldClient ? undefined : { type: 'cancelled' };
  if (interrupts.length > 0) return { type: 'interrupt', interrupts };
  // An old client runs its tools whose calls have no result.
  if (pendingToolCallIds.length === 0 || isOldClient) return { type: 'success' };
  return { type: 'success', pendingToolCallIds };
}

/** Returns the ids of the calls whose results the client sent as messages. */
function answeredCalls({ clientMessages, decisions }: AgUiInput): ReadonlySet<unknown> {
  const results = clientMessages.map(asRecord).filter(({ role }) => role === 'tool');
  const ids = new Set(results.map(({ toolCallId }) => toolCallId));
  const decided = decisions.filter((decision) => 'result' in decision);
  return new Set(decided.map(({ callId }) => callId).filter((id) => ids.has(id)));
}

/**
 * Returns the token of a part as text. For a call, the text contains the program that made the call. For a call of a vendor's tool
 * that waits for the client, the text contains the vendor's name of the tool. `fromAgUi` restores the part from them.
 */
function tokenOf({ providerMetadata }: UiMessageChunk): string | undefined {
  const { replay, programId, vendorCall } = asRecord(asRecord(providerMetadata)['majordomo']);
  return replay === undefined ? undefined : JSON.stringify({ replay, programId, vendorCall });
}

/** Returns the details of a result as text. */
function detailsOf({ providerMetadata }: UiMessageChunk): string | undefined {
  const { vendorOutput } = asRecord(asRecord(providerMetadata)['majordomo']);
  return vendorOutput === undefined ? undefined : JSON.stringify({ vendorOutput });
}

const errorKindOf = ({ messageMetadata }: UiMessageChunk): JsonValue | undefined =>
  asRecord(asRecord(asRecord(messageMetadata)['majordomo'])['error'])['kind'] as JsonValue | undefined;
