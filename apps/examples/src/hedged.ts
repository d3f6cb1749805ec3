import { user, type ChatModel, type StreamEvent } from '@majordomo/core';

// #region hedged
/**
 * Limits slow answers. If the first target is silent for a second, the next target is also called. A slow target is abandoned,
 * and the next target continues an answer that fails midway.
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
  // The slower of two parallel attempts is `abandoned`. The vendor may bill this attempt. The health of the attempt's target
  // does not change.
  const { target, attempts } = await stream.response();
  return `${target}, ${attempts.map(({ outcome }) => outcome).join(' + ')}`;
}

/** Returns the text to append. A user interface also clears its text after a `reset`, which is rare in this configuration. */
function shown(event: StreamEvent): string {
  if (event.type === 'text-delta') return event.text;
  return event.type === 'continued' ? ' […] ' : '';
}
// #endregion
