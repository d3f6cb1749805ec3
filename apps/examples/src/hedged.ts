import { user, type ChatModel, type StreamEvent } from '@majordomo/core';

// #region hedged
/**
 * A tail that does not hurt: the next target is asked too when the first is silent for a second, one that crawls is left,
 * and where an answer breaks off the next target continues with it.
 */
export async function tell(
  model: ChatModel,
  question: string,
  show: (text: string) => void,
): Promise<string> {
  const stream = model.stream(
    { messages: [user(question)] },
    { hedgeAfterMs: 1000, leastCharsPerSecond: 20, slowWindowMs: 5000, afterCommit: 'continue' },
  );
  for await (const event of stream) show(shown(event));
  // Of two attempts side by side the loser is `abandoned`: it is paid for, and nothing is held against its target.
  const { target, attempts } = await stream.response();
  return `${target}, ${attempts.map(({ outcome }) => outcome).join(' + ')}`;
}

/** What a screen adds; after a reset, which is rare here, it would begin again. */
function shown(event: StreamEvent): string {
  if (event.type === 'text-delta') return event.text;
  return event.type === 'continued' ? ' […] ' : '';
}
// #endregion
