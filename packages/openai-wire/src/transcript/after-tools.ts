import type { TurnMessage } from '@majordomo/core';
import { withTextResults } from './text-results.ts';

/** What stands between the results of tools and a user where the server wants a turn of the model there. */
export const BETWEEN = 'OK.';

const TURN: TurnMessage = { role: 'assistant', parts: [{ type: 'text', text: BETWEEN }] };

/** The transcript with a turn of the model wherever a user speaks right after tools. */
export const answeredAfterTools = (messages: readonly TurnMessage[]): readonly TurnMessage[] =>
  withTextResults(messages).flatMap((message, at, all) =>
    message.role === 'user' && all[at - 1]?.role === 'tool' ? [TURN, message] : [message],
  );
