import { claudeRecoveries, type RecoveryRule } from '@majordomo/claude';
import type { AssistantPart, ModelRequest } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';

/** What helps against a 400 of this API. */
export const RECOVERIES: readonly RecoveryRule[] = [
  {
    // "`server_tool_use` blocks …", "container not found", "messages.1.content.0: Input tag 'fallback' found using 'type' …"
    id: 'kept-blocks',
    what: 'blocks of tools that ran at the vendor dropped',
    says: /server_tool_use|web_(?:search|fetch)|code_execution|mcp_tool|container|compaction|fallback|\bcaller\b|citation|encrypted_index|input tag/i,
    apply: withoutKept,
  },
  ...claudeRecoveries((effort, extra) => ({
    thinking: { type: 'adaptive' },
    output_config: { effort },
    ...extra,
  })),
];

/** Or a text with what it cites of searched pages. */
const isKept = ({ type, replay }: AssistantPart): boolean =>
  type === 'vendor' || KEPT.some((name) => asRecord(replay?.data)[name] !== undefined);

const KEPT: readonly string[] = ['caller', 'cited'];

function withoutKept(request: ModelRequest): ModelRequest {
  const { messages } = request;
  if (!messages.some(({ role, parts }) => role === 'assistant' && parts.some(isKept))) return request;
  return {
    ...request,
    messages: messages.map((message) =>
      message.role === 'assistant' ? { ...message, parts: message.parts.flatMap(plain) } : message,
    ),
  };
}

function plain(part: AssistantPart): readonly AssistantPart[] {
  if (!isKept(part)) return [part];
  if (part.type === 'vendor') return [];
  const { replay: _kept, ...rest } = part;
  return [rest];
}
