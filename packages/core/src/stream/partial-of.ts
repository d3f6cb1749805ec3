import type { StreamEvent } from '../contract/event.ts';
import type { PartialResponse } from '../contract/llm-error.ts';
import { Accumulator } from './accumulate.ts';

/** What the events of a chat come to that was left before its end, as `details.partial` has it; `undefined` before any content. */
export function partialOf(events: readonly StreamEvent[]): PartialResponse | undefined {
  let target = '';
  let answer = new Accumulator(target);
  for (const event of events) {
    if (event.type === 'start' || event.type === 'continued') ({ target } = event);
    if (event.type === 'reset') answer = new Accumulator(target);
    else if (event.type !== 'continued') answer.push(event);
  }
  const partial = answer.partial();
  return partial && { ...partial, target };
}
