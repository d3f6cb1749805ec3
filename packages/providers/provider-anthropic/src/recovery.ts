import { claudeRecoveries, type RecoveryRule } from '@majordomo/claude';
import type { AssistantPart, JsonObject, ModelRequest } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import {
  withAssistantParts,
  WITHOUT_PROGRAMS,
  WITHOUT_TOOL_LOADING,
  withoutKeptMembers,
} from '@majordomo/wire-kit/internal';
import { NEW_CONTAINER } from './container.ts';
import { SENT_MEMBERS } from './kept-members.ts';

/**
 * Changes to a request that the API rejected with status 400. A retry of the changed request may succeed. The first rule
 * applies whose pattern matches the error message, and whose `apply` does not return the same object.
 */
export const RECOVERIES: readonly RecoveryRule[] = [
  {
    // "tools.1.custom.defer_loading: Extra inputs are not permitted"; "Tool reference 'x' not found in available tools";
    // "messages.2.content.0.tool_result.content.0: Input tag 'tool_reference' found using 'type' …"
    ...WITHOUT_TOOL_LOADING,
    pattern: /defer_loading|tool[_ ]reference/i,
  },
  {
    // "messages.1.content.0.tool_use.toolset_name: Extra inputs are not permitted"
    id: 'kept-members',
    what: `${SENT_MEMBERS.join(', ')} dropped from tool calls`,
    pattern: /\btoolset_name\b/,
    apply: withoutKeptMembers,
  },
  {
    // "tools.1.custom.allowed_callers: Extra inputs are not permitted"; "tool type 'code_execution_20260120' is not supported"
    ...WITHOUT_PROGRAMS,
    pattern: /allowed_callers|\bcode_execution_\d{8}\b[^]{0,100}not (?:supported|available|permitted)/i,
  },
  NEW_CONTAINER,
  {
    // "`server_tool_use` blocks …", "container not found", "messages.1.content.0: Input tag 'fallback' found using 'type' …"
    id: 'vendor-parts',
    what: 'vendor parts dropped',
    pattern:
      /server_tool_use|web_(?:search|fetch)|code_execution|mcp_tool|container|compaction|fallback|\bcaller\b|citation|encrypted_index|input tag/i,
    apply: withoutVendorParts,
  },
  ...claudeRecoveries((effort, extra) => ({
    thinking: { type: 'adaptive' },
    output_config: { effort },
    ...extra,
  })),
];

/** Whether a part of a message contains data that only Anthropic's servers can read. */
const isVendorSpecific = ({ type, replay }: AssistantPart): boolean =>
  type === 'vendor' || VENDOR_MEMBERS.some((name) => asRecord(replay?.data)[name] !== undefined);

const VENDOR_MEMBERS: readonly string[] = ['caller', 'cited'];

function withoutVendorParts(request: ModelRequest): ModelRequest {
  return withAssistantParts(request, portablePart);
}

function portablePart(part: AssistantPart): AssistantPart | undefined {
  if (!isVendorSpecific(part)) return part;
  if (part.type === 'vendor') return undefined;
  if (part.type === 'vendor-call') {
    // The replay data also contains the input of the call.
    const { caller: _caller, ...data } = part.replay.data as JsonObject;
    return { ...part, replay: { ...part.replay, data } };
  }
  if (part.type !== 'tool-call') {
    const { replay: _replay, ...rest } = part;
    return rest;
  }
  const { replay: _replay, programId: _program, ...rest } = part;
  return rest;
}
