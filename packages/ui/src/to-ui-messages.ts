import type {
  AssistantMessage,
  AssistantPart,
  JsonObject,
  Message,
  ToolCallPart,
  ToolResultPart,
  UserPart,
} from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';
import { approvalIds } from './approval-id.ts';
import { exactResult, outputOf, textOfResult } from './tool-output.ts';
import type { ToUiOptions, UiMessage } from './types.ts';

/** Ids of approvals by the id of their call. */
type ApprovalIds = ReadonlyMap<string, string>;
const NONE: ApprovalIds = new Map();

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
  const approvals = state === undefined ? NONE : await approvalIds(state.pending, state, options);
  const converted: UiMessage[] = [];
  for (const [index, message] of messages.entries()) {
    if (message.role === 'user')
      converted.push({ id: id(index), role: 'user', parts: message.parts.map(userPart) });
    if (message.role !== 'assistant') continue;
    const next = messages[index + 1];
    const parts =
      next === undefined
        ? stepParts(message, state?.results ?? [], approvals, options)
        : stepParts(message, next.role === 'tool' ? next.parts : [], NONE, options);
    const last = converted.at(-1);
    if (last?.role === 'assistant') last.parts.push(...parts);
    else converted.push({ id: id(index), role: 'assistant', parts });
  }
  for (const data of state?.suspended ?? [])
    converted.at(-1)?.parts.push({ type: 'data-majordomo-suspended', id: data.callId, data });
  return converted;
}

function userPart(part: UserPart): JsonObject {
  if (part.type === 'text') return { type: 'text', text: part.text };
  const { mediaType, bytes } = part;
  const name = part.type === 'file' && part.name !== undefined ? { filename: part.name } : {};
  return { type: 'file', mediaType, url: `data:${mediaType};base64,${toBase64(bytes)}`, ...name };
}

function stepParts(
  { parts }: AssistantMessage,
  results: readonly ToolResultPart[],
  approvals: ApprovalIds,
  options: ToUiOptions,
): JsonObject[] {
  const { reasoning = true, replay = true } = options;
  const converted = parts
    .filter((part) => part.type !== 'reasoning' || reasoning)
    .map((part) => {
      const token = replay && part.replay !== undefined ? { replay: { ...part.replay } } : {};
      if (part.type !== 'tool-call') return contentPart(part, token);
      const result = results.find(({ callId }) => callId === part.id);
      return toolPart(part, result, approvals.get(part.id), token);
    });
  return [{ type: 'step-start' }, ...converted];
}

function contentPart(part: Exclude<AssistantPart, ToolCallPart>, token: JsonObject): JsonObject {
  if (part.type === 'vendor') {
    const { kind, text } = part;
    return {
      type: 'data-majordomo-vendor',
      data: { kind, ...(text === undefined ? {} : { text }), ...token },
    };
  }
  const isRefusal = part.type === 'text' && part.isRefusal === true ? { isRefusal: true } : {};
  const { type, text } = part;
  return { type, text, state: 'done', ...metadata('providerMetadata', { ...token, ...isRefusal }) };
}

function toolPart(
  call: ToolCallPart,
  result: ToolResultPart | undefined,
  approvalId: string | undefined,
  token: JsonObject,
): JsonObject {
  const exact = result === undefined ? {} : exactResult(result);
  return {
    type: `tool-${call.name}`,
    toolCallId: call.id,
    input: call.invalid === undefined ? call.args : call.invalid.raw,
    ...stateOf(call, result, approvalId),
    ...metadata('callProviderMetadata', { ...token, ...exact }),
  };
}

function stateOf(
  call: ToolCallPart,
  result: ToolResultPart | undefined,
  approvalId: string | undefined,
): JsonObject {
  if (result === undefined && call.invalid !== undefined)
    return { state: 'output-error', errorText: 'The arguments are not a JSON object.' };
  if (result === undefined)
    return approvalId === undefined
      ? { state: 'input-available' }
      : { state: 'approval-requested', approval: { id: approvalId } };
  if (result.isError === true || call.invalid !== undefined)
    return { state: 'output-error', errorText: textOfResult(result) };
  return { state: 'output-available', output: outputOf(result) };
}

const metadata = (name: string, members: JsonObject): JsonObject =>
  Object.keys(members).length === 0 ? {} : { [name]: { majordomo: members } };
