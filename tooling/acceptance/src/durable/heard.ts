import type { RunEvent } from '@majordomo/agent/durable';

/** Final screen of a client that watches a run, and the number of resets and gaps. */
export interface Heard {
  /** Text of each step, and the names of the tools that ended. */
  readonly steps: readonly string[];
  readonly resets: number;
  readonly missed: number;
}

/** Reads the events of a run until the run ends. */
export async function heardOf(events: AsyncIterable<RunEvent>): Promise<Heard> {
  const steps: string[] = [];
  const names = new Map<string, string>();
  let [resets, missed] = [0, 0];
  for await (const told of events) {
    if (told.type === 'missed') missed++;
    else if (told.type === 'reset') {
      resets++;
      steps.length = told.step - 1;
    } else {
      const { event, step } = told;
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
