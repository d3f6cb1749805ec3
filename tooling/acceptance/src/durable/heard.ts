import type { RunEvent } from '@majordomo/agent/durable';

/** Final screen of a client that watches a run, and the number of resets and gaps. */
export interface WatchResult {
  /** Text of each step, and the names of the tools that ended. */
  readonly steps: readonly string[];
  readonly resets: number;
  readonly missed: number;
}

/** Reads the events of a run until the run ends. */
export async function watchResultOf(events: AsyncIterable<RunEvent>): Promise<WatchResult> {
  const steps: string[] = [];
  const names = new Map<string, string>();
  let [resets, missed] = [0, 0];
  for await (const runEvent of events) {
    if (runEvent.type === 'missed') missed++;
    else if (runEvent.type === 'reset') {
      resets++;
      steps.length = runEvent.step - 1;
    } else {
      const { event, step } = runEvent;
      const add = (text: string): void => {
        steps[step - 1] = `${steps[step - 1] ?? ''}${text}`;
      };
      if (event.type === 'tool-start') names.set(event.call.id, event.call.name);
      if (event.type === 'tool-end') add(` ${names.get(event.result.callId) ?? '?'}`);
      if (event.type === 'model' && event.event.type === 'text-delta') add(event.event.text);
    }
  }
  return { steps, resets, missed };
}
