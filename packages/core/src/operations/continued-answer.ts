import type { ModelEvent } from '../contract/event.ts';
import type { Warning } from '../contract/response.ts';
import type { ShownPart } from '../stream/answer.ts';
import { Accumulator } from '../stream/accumulate.ts';

/** An answer that begins with what another target has shown. */
export class ContinuedAnswer extends Accumulator {
  /** Reasoning that was under way: nobody will end it. */
  private readonly closing: readonly ModelEvent[];

  constructor(target: string, prepared: readonly Warning[], parts: readonly ShownPart[]) {
    super(target, prepared);
    this.closing = parts
      .filter(({ part, isOpen }) => isOpen && part.type === 'reasoning')
      .map(({ index, part }) => ({ type: 'part-end', index, part }));
    for (const { index, part, isOpen } of parts) {
      if (isOpen && part.type === 'text') this.push({ type: 'text-delta', index, text: part.text });
      else this.push({ type: 'part-end', index, part });
    }
  }

  /** The answer has begun long ago: no second `start`. */
  override opening(held: readonly ModelEvent[]): readonly ModelEvent[] {
    return [...this.closing, ...super.opening(held).filter(({ type }) => type !== 'start')];
  }
}
