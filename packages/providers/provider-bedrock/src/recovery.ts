import { claudeRecoveries, recoveryFor, type RecoveryRule } from '@majordomo/claude';
import type { JsonObject, ModelRequest, Recovery } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';

/** Recovery that repeats the request without streaming. */
const WITHOUT_STREAM: Recovery = {
  id: 'complete',
  what: 'sent without streaming',
  delivery: 'complete',
  remember: true,
  apply: (request) => request,
};

/** Matches "… is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource …". */
const STREAM_DENIED = /InvokeModelWithResponseStream|ConverseStream/;
/** Matches "This model doesn't support tool use in streaming mode." and "The model is unsupported for streaming." */
const STREAM_UNSUPPORTED = /(?:doesn't|does not|not|un)\s*support[^.]{0,80}stream/i;

/**
 * Recoveries by message, for errors of Converse and Claude's errors, which Converse forwards (observed 2024-09 to 2026-11). The
 * first rule applies whose pattern matches the message, and whose `apply` does not return the same object.
 */
const RULES: readonly RecoveryRule[] = [
  ...claudeRecoveries((effort, { additionalModelRequestFields, ...extra }) => ({
    outputConfig: { effort },
    ...extra,
    additionalModelRequestFields: {
      thinking: { type: 'adaptive' },
      ...(asRecord(additionalModelRequestFields) as JsonObject),
    },
  })),
  {
    // "thinking: Extra inputs are not permitted"; "… does not support reasoning"
    id: 'reasoning',
    what: 'reasoning dropped',
    pattern: /thinking|reasoning|effort/i,
    remember: true,
    setting: 'reasoning',
    apply: (request) => (request.reasoning === undefined ? request : { ...request, reasoning: undefined }),
  },
  {
    // "This model doesn't support system messages. Try again without a system message …"
    id: 'system',
    what: 'system text moved to the first message',
    pattern: /support[^.]{0,80}system/i,
    remember: true,
    apply: systemAsText,
  },
];

/** Returns the recovery for an error message; `undefined` if no rule applies. */
export function converseRecoveryFor(
  status: number,
  message: string,
  request: ModelRequest,
  streamed: boolean,
): Recovery | undefined {
  if (streamed && status === 403 && STREAM_DENIED.test(message)) return WITHOUT_STREAM;
  if (status !== 400) return undefined;
  if (streamed && STREAM_UNSUPPORTED.test(message)) return WITHOUT_STREAM;
  return recoveryFor(message, request, RULES);
}

function systemAsText(request: ModelRequest): ModelRequest {
  const { system, messages } = request;
  if (system === undefined) return request;
  const text = { role: 'user', parts: [{ type: 'text', text: system }] } as const;
  return { ...request, system: undefined, messages: [text, ...messages] };
}
