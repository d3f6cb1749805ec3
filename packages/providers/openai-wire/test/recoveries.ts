import type { Recovery } from '@majordomo/core';
import { OPENAI_QUIRKS, type ChatQuirks } from '../src/chat/quirks.ts';
import { recoveryFor as chatRecoveryFor } from '../src/chat/recovery.ts';
import type { RejectedRequest, SentBody } from '../src/failure/rejected-member.ts';
import type { ReportedFailure } from '../src/failure/reported-failure.ts';
import { OPENAI_RESPONSES_QUIRKS } from '../src/responses/quirks.ts';
import { recoveryFor as responsesRecoveryFor } from '../src/responses/recovery.ts';

const NO_REQUEST: RejectedRequest = { messages: [], extra: {} };

interface Rejected {
  readonly family?: string;
  readonly quirks?: Pick<ChatQuirks, 'replayedMembers'>;
  readonly request?: RejectedRequest;
}

/** Returns the recovery of a rejected Chat Completions request, by default of one without messages and `extra` to OpenAI. */
export const chatRecovery = (
  failure: ReportedFailure,
  status: number,
  sent: SentBody,
  { family = '', quirks = OPENAI_QUIRKS, request = NO_REQUEST }: Rejected = {},
): Recovery | undefined => chatRecoveryFor(failure, status, sent, family, quirks, request);

/** Returns the recovery of a rejected Responses request, by default of one without messages and `extra`. */
export const responsesRecovery = (
  failure: ReportedFailure,
  status: number,
  sent: SentBody,
  request: RejectedRequest = NO_REQUEST,
): Recovery | undefined => responsesRecoveryFor(failure, status, sent, OPENAI_RESPONSES_QUIRKS, request);
