import type { TurnMessage } from '@majordomo/core';
import { withTextResults } from './tool-results.ts';

/** Text of the assistant message that is inserted between tool results and a user message. */
export const FILLER_TEXT = 'OK.';

const FILLER: TurnMessage = { role: 'assistant', parts: [{ type: 'text', text: FILLER_TEXT }] };

/** Inserts an assistant message wherever a user message directly follows tool results. */
export const withTurnsAfterTools = (messages: readonly TurnMessage[]): readonly TurnMessage[] =>
  withTextResults(messages).flatMap((message, at, all) =>
    message.role === 'user' && all[at - 1]?.role === 'tool' ? [FILLER, message] : [message],
  );
