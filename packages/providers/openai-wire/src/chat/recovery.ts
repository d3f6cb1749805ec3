import type { Recovery } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { withTextResults } from '@majordomo/wire-kit/internal';
import type { ReportedFailure } from '../failure/reported-failure.ts';
import { isEffortWithTools } from '../failure/kind.ts';
import { isBodyRejection, replayRecovery, sharedRecovery, type BodyForms } from '../failure/recovery.ts';
import { withExtra, type RejectedRequest, type SentBody } from '../failure/rejected-member.ts';
import { FILLER_TEXT, withTurnsAfterTools } from '../transcript/after-tools.ts';
import type { ChatQuirks } from './quirks.ts';
import { replayedMembersRecovery } from './replayed-members.ts';
import { UNSIGNED_CALL } from './signatures.ts';
import { schemaFormat, toolsToWire } from './tools.ts';

/** Returns a change with which the request may succeed after status 400 or 422; `undefined` if no such change is known. */
export function recoveryFor(
  failure: ReportedFailure,
  status: number,
  sent: SentBody,
  family: string,
  { replayedMembers }: Pick<ChatQuirks, 'replayedMembers'>,
  request: RejectedRequest,
): Recovery | undefined {
  if (!isBodyRejection(status)) return undefined;
  const { message, param } = failure;
  const withoutMembers = replayedMembersRecovery(`${message} ${param ?? ''}`, sent, replayedMembers);
  if (withoutMembers !== undefined) return withoutMembers;
  if (REASONING_REJECTED.test(message) && hasReasoningDetails(sent)) return replayRecovery(request);
  if (isEffortWithTools(failure) && sent['reasoning_effort'] !== 'none') return WITHOUT_EFFORT;
  if (SIGNATURE_MISSING.test(message)) return unsignedCallsRecovery(family);
  if (USER_AFTER_TOOL.test(message)) return TURNS_AFTER_TOOLS;
  return sharedRecovery(failure, sent, FORMS, request);
}

const FORMS: BodyForms = {
  formatMembers: (format) => ({ response_format: format }),
  schemaFormat,
  toolsToWire,
};

/** Recovery that disables reasoning, because some OpenAI models reject effort with tools on Chat Completions (clients, 2026). */
const WITHOUT_EFFORT: Recovery = {
  id: 'effort beside tools',
  what: 'reasoning_effort "none" sent with tools',
  apply: (request) => withExtra(request, { reasoning_effort: 'none' }),
  remember: true,
  isNeededFor: ({ tools }) => tools.length > 0,
};

/** Error messages of Mistral and of chat templates (NIM, vLLM; 2025-2026) about a user message after a tool message. */
const USER_AFTER_TOOL = /unexpected role ['"`]user['"`] after role ['"`]tool['"`]/i;

const TURNS_AFTER_TOOLS: Recovery = {
  id: 'after tools',
  what: `"${FILLER_TEXT}" inserted between tool results and the user message`,
  apply: (request) => ({ ...request, messages: withTurnsAfterTools(withTextResults(request.messages)) }),
  remember: true,
  isNeededFor: ({ messages }) => messages.some(({ role }) => role === 'tool'),
};

/** Gemini's error message about tool calls of other models (2026). */
const SIGNATURE_MISSING = /missing (?:a |the )?[`'"]?thought_signature/i;

/** Returns a recovery that adds a missing signature to the first call of each turn. Gemini does not check later calls. */
const unsignedCallsRecovery = (family: string): Recovery => ({
  id: 'thought signature',
  what: 'calls without a signature marked as not signed',
  apply: (request) => ({
    ...request,
    messages: request.messages.map((message) => {
      if (message.role !== 'assistant') return message;
      const first = message.parts.find(({ type }) => type === 'tool-call');
      if (first === undefined || first.replay !== undefined) return message;
      const marked = { ...first, replay: { family, data: UNSIGNED_CALL } };
      return { ...message, parts: message.parts.map((part) => (part === first ? marked : part)) };
    }),
  }),
  remember: true,
  // Each call in a request is followed by its result.
  isNeededFor: ({ messages }) => messages.some(({ role }) => role === 'tool'),
});

/**
 * Error messages about reasoning that the vendor behind a gateway signed for another turn, or did not sign (2026). The negative lookaheads
 * keep the search linear.
 */
const REASONING_REJECTED =
  /thinking(?:(?!thinking)[^])*(?:signature|cannot be modified|must remain as they|bound to)|signature(?:(?!signature)[^])*thinking/i;

const hasReasoningDetails = ({ messages }: SentBody): boolean =>
  Array.isArray(messages) && messages.some((each: unknown) => isRecord(each) && 'reasoning_details' in each);
