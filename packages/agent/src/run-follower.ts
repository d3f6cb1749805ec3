import type { AgentEvent } from './event.ts';
import type { ChannelMessage } from './channel-message.ts';

/** What whoever watches a run elsewhere is told. */
export type RunEvent =
  /** Something happened. `attempt` names the life of the run, in one process, in which it did. */
  | { readonly type: 'event'; readonly step: number; readonly attempt: string; readonly event: AgentEvent }
  /** What was told of this step counts no more: its process died before it was recorded, and it begins again. */
  | { readonly type: 'reset'; readonly step: number }
  /** Something was not heard: before this watching began, or since the channel lost it. */
  | { readonly type: 'missed' };

interface RunAttempt {
  readonly attempt: string;
  readonly began: number;
  /** The number of its next text. */
  readonly next: number;
}

/** Puts what is heard of a run in order: of several lives of it the last one counts. */
export class RunFollower {
  private current: RunAttempt | undefined;
  /** Lives that another one has followed. A process that was thought dead may continue speaking. */
  private readonly endedAttempts = new Set<string>();
  private step = 0;

  /** What it says, for who heard all before it; `undefined` where it does not count, nor its last word. */
  accept(message: ChannelMessage): readonly RunEvent[] | undefined {
    const { attempt, began, batch, step } = message;
    const known = this.current?.attempt === attempt ? this.current : this.startAttempt(message);
    if (known === undefined || batch < known.next) return undefined;
    this.current = { attempt, began, next: batch + 1 };
    const missed: RunEvent[] = batch > known.next ? [{ type: 'missed' }] : [];
    return [
      ...missed,
      ...message.events.flatMap((event) => this.withReset({ type: 'event', step, attempt, event })),
    ];
  }

  /** A life that is heard from its beginning is the later one; of others their clocks decide. */
  private startAttempt({ attempt, began, batch }: ChannelMessage): RunAttempt | undefined {
    if (this.endedAttempts.has(attempt)) return undefined;
    if (this.current !== undefined) {
      const isLater = batch === 0 || began > this.current.began;
      this.endedAttempts.add(isLater ? this.current.attempt : attempt);
      if (!isLater) return undefined;
    }
    return { attempt, began, next: 0 };
  }

  private withReset(event: Extract<RunEvent, { type: 'event' }>): RunEvent[] {
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
