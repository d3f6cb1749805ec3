import type { AgentEvent } from './event.ts';
import type { Told } from './channel-message.ts';

/** What whoever watches a run elsewhere is told. */
export type RunEvent =
  /** Something happened. `attempt` names the life of the run, in one process, in which it did. */
  | { readonly type: 'event'; readonly step: number; readonly attempt: string; readonly event: AgentEvent }
  /** What was told of this step counts no more: its process died before it was recorded, and it begins again. */
  | { readonly type: 'reset'; readonly step: number }
  /** Something was not heard: before this watching began, or since the channel lost it. */
  | { readonly type: 'missed' };

interface Life {
  readonly attempt: string;
  readonly began: number;
  /** The number of its next text. */
  readonly next: number;
}

/** Puts what is heard of a run in order: of several lives of it the last one counts. */
export class Follower {
  private life: Life | undefined;
  /** Lives that another one has followed. A process that was thought dead may continue speaking. */
  private readonly over = new Set<string>();
  private step = 0;

  /** What it says, for who heard all before it; `undefined` where it does not count, nor its last word. */
  follow(told: Told): readonly RunEvent[] | undefined {
    const { attempt, began, batch, step } = told;
    const known = this.life?.attempt === attempt ? this.life : this.taken(told);
    if (known === undefined || batch < known.next) return undefined;
    this.life = { attempt, began, next: batch + 1 };
    const missed: RunEvent[] = batch > known.next ? [{ type: 'missed' }] : [];
    return [...missed, ...told.events.flatMap((event) => this.told({ type: 'event', step, attempt, event }))];
  }

  /** A life that is heard from its beginning is the later one; of others their clocks decide. */
  private taken({ attempt, began, batch }: Told): Life | undefined {
    if (this.over.has(attempt)) return undefined;
    if (this.life !== undefined) {
      const isLater = batch === 0 || began > this.life.began;
      this.over.add(isLater ? this.life.attempt : attempt);
      if (!isLater) return undefined;
    }
    return { attempt, began, next: 0 };
  }

  private told(event: Extract<RunEvent, { type: 'event' }>): RunEvent[] {
    if (event.event.type !== 'step-start') {
      // Its beginning may have been missed.
      this.step = Math.max(this.step, event.step);
      return [event];
    }
    const { step } = event;
    const isAgain = step <= this.step;
    this.step = step;
    return isAgain ? [{ type: 'reset', step }, event] : [event];
  }
}
