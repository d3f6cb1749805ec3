import { user, type ChatModel, type StreamEvent } from '@majordomo/core';

// #region hedged
/**
 * Limits slow answers. The next target is called too if the first is silent for a second, a slow target is abandoned,
 * and if an answer breaks off, the next target continues it.
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
  // Of two parallel attempts the loser is `abandoned`: it is paid for, and does not count against its target.
  const { target, attempts } = await stream.response();
  return `${target}, ${attempts.map(({ outcome }) => outcome).join(' + ')}`;
}

/** Returns the text to append. After a reset, which is rare here, a screen would start again. */
function shown(event: StreamEvent): string {
  if (event.type === 'text-delta') return event.text;
  return event.type === 'continued' ? ' […] ' : '';
}
// #endregion
