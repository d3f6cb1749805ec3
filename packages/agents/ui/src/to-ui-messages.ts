import { suspendedCalls } from '@majordomo/agent/steps';
import {
  LlmError,
  type AssistantMessage,
  type CallPart,
  type JsonObject,
  type JsonValue,
  type Message,
  type UserPart,
} from '@majordomo/core';
import { asToolCall, asToolResult, type AnsweredCall } from '@majordomo/core/toolkit';
import { approvalIds } from './approval-id.ts';
import { filePart, INVALID_ARGUMENTS, vendorPart } from './chunks.ts';
import { innerCalls } from './inner-calls.ts';
import { defined, exactOutput, outputState, piecesOf } from './tool-output.ts';
import type { ToUiOptions, UiMessage } from './types.ts';

/**
 * Returns a stored transcript as messages for `useChat({ messages })`. Assistant and tool messages between two user messages
 * become one assistant message with a `step-start` before each step. System messages are omitted.
 * `fromUiMessages(await toUiMessages(x))` returns the same transcript, except for citations and system messages.
 */
export async function toUiMessages(
  messages: readonly Message[],
  options: ToUiOptions = {},
): Promise<UiMessage[]> {
  const { id = (index: number) => `m${index}`, state } = options;
  const inner = innerCalls(state);
  // If the sub-agent of a call waits, the user decides on the calls inside, which are in `inner`.
  const pending = (state?.pending ?? []).filter(({ id }) => !Object.hasOwn(state?.runs ?? {}, id));
  const approvals = await approvalIds([...pending, ...inner], state ?? { steps: 0 }, options);
  const converted: UiMessage[] = [];
  for (const [index, message] of messages.entries()) {
    if (message.role === 'user')
      converted.push({ id: id(index), role: 'user', parts: message.parts.map(userPart) });
    if (message.role !== 'assistant') continue;
    const next = messages[index + 1];
    const results = next?.role === 'tool' ? next.parts.map(asToolResult) : [];
    // Only calls of the last message can wait. The state contains the results of its other calls.
    const parts =
      next === undefined
        ? stepParts(message, state?.results ?? [], approvals, options)
        : stepParts(message, results, new Map(), options);
    const last = converted.at(-1);
    if (last?.role === 'assistant') last.parts.push(...parts);
    else converted.push({ id: id(index), role: 'assistant', parts });
  }
  if (inner.length > 0)
    converted.at(-1)?.parts.push(...stepParts({ role: 'assistant', parts: inner }, [], approvals, options));
  for (const data of suspendedCalls(state ?? {}))
    converted.at(-1)?.parts.push({ type: 'data-majordomo-suspended', id: data.callId, data });
  return converted;
}

function userPart(part: UserPart): JsonObject {
  if (part.type === 'text') return { type: 'text', text: part.text };
  if (part.type !== 'blob') return filePart(part);
  const why = 'messages: a blob cannot be shown; call readBlobs of @majordomo/files first';
  throw new LlmError('invalid-request', why, { path: 'messages' });
}

function stepParts(
  { parts }: AssistantMessage,
  results: readonly AnsweredCall[],
  approvals: ReadonlyMap<string, string>,
  { reasoning = true, replay = true }: ToUiOptions,
): JsonObject[] {
  const converted = parts.flatMap((part): JsonObject[] => {
    const token = replay && part.replay !== undefined ? { ...part.replay } : undefined;
    if (part.type === 'vendor') return [vendorPart(part, replay ? part.replay : undefined)];
    if (part.type === 'tool-call' || part.type === 'vendor-call') {
      const result = results.find(({ callId }) => callId === part.id);
      return [toolPart(part, result, approvals.get(part.id), token)];
    }
    if (part.type === 'image' || part.type === 'audio')
      return [{ ...filePart(part), ...metadata('providerMetadata', { replay: token }) }];
    const { type, text } = part;
    if (type === 'reasoning' && !reasoning) return [];
    const isRefusal = type === 'text' ? part.isRefusal : undefined;
    return [{ type, text, state: 'done', ...metadata('providerMetadata', { replay: token, isRefusal }) }];
  });
  return [{ type: 'step-start' }, ...converted];
}

function toolPart(
  part: CallPart,
  result: AnsweredCall | undefined,
  approvalId: string | undefined,
  replay: JsonObject | undefined,
): JsonObject {
  const { id, name, args, invalid } = asToolCall(part);
  const vendorCall = part.type === 'vendor-call' ? part.name : undefined;
  const programId = part.type === 'tool-call' && replay !== undefined ? part.programId : undefined;
  return {
    type: `tool-${name}`,
    toolCallId: id,
    input: invalid === undefined ? args : invalid.raw,
    ...toolState(),
    ...metadata('callProviderMetadata', {
      replay,
      programId,
      vendorCall,
      ...(result && hiddenMembers(result)),
    }),
  };

  function toolState(): JsonObject {
    if (result !== undefined)
      return outputState(invalid === undefined ? result : { ...result, isError: true });
    if (invalid !== undefined) return { state: 'output-error', errorText: INVALID_ARGUMENTS };
    if (approvalId === undefined) return { state: 'input-available' };
    return { state: 'approval-requested', approval: { id: approvalId } };
  }
}

/** Returns the members of a result that the state of its tool part does not preserve exactly. */
function hiddenMembers(result: AnsweredCall): Readonly<Record<string, JsonValue | undefined>> {
  const { errorText, output } = outputState(result);
  const exact = exactOutput(result.content);
  const isExact = JSON.stringify(exactOutput(piecesOf(errorText ?? output))) === JSON.stringify(exact);
  return {
    output: isExact ? undefined : exact,
    isError: result.isError === false ? false : undefined,
    vendorOutput: result.output,
  };
}

function metadata(name: string, members: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const majordomo = defined(members);
  return Object.keys(majordomo).length === 0 ? {} : { [name]: { majordomo } };
}
