import type { AssistantPart, ModelRequest } from '@majordomo/core';
import { hasMembers, withoutMembers } from '@majordomo/wire-kit';

/** Members of each type of block that are read, or that are sent back under another rule, such as `caller`. */
export const READ_MEMBERS: Readonly<Record<string, ReadonlySet<string>>> = {
  text: new Set(['type', 'text', 'citations']),
  thinking: new Set(['type', 'thinking', 'signature']),
  redacted_thinking: new Set(['type', 'data']),
  tool_use: new Set(['type', 'id', 'name', 'input', 'caller']),
};

/** Further members of a `tool_use` block that a request accepts (`ToolUseBlockParam` of SDK 1.10). */
export const SENT_MEMBERS: readonly string[] = ['toolset_name'];

/** Returns the request without the members of tool calls that were kept, or the same request if it has none. */
export function withoutKeptMembers(request: ModelRequest): ModelRequest {
  const { messages } = request;
  if (!messages.some(({ role, parts }) => role === 'assistant' && parts.some(isChanged))) return request;
  return {
    ...request,
    messages: messages.map((message) =>
      message.role === 'assistant' ? { ...message, parts: message.parts.map(changed) } : message,
    ),
  };
}

const isChanged = ({ type, replay }: AssistantPart): boolean =>
  type === 'tool-call' && hasMembers(replay?.data);

function changed(part: AssistantPart): AssistantPart {
  if (part.type !== 'tool-call' || part.replay === undefined || !isChanged(part)) return part;
  const { replay, ...rest } = part;
  const data = withoutMembers(replay.data);
  return data === undefined ? rest : { ...part, replay: { ...replay, data } };
}
