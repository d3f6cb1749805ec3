import type { AgentEvent } from './event.ts';
import type { ChannelMessage } from './channel-message.ts';

/** Event of a run that is watched from another process. */
export type RunEvent =
  /** Something happened. `attempt` names the life of the run, in one process, in which it did. */
  | { readonly type: 'event'; readonly step: number; readonly attempt: string; readonly event: AgentEvent }
  /** Discard the events of this step: its process died before the step was recorded, and the step begins again. */
  | { readonly type: 'reset'; readonly step: number }
  /** Events were missed, before the watch began or because the channel lost them. */
  | { readonly type: 'missed' };

interface RunAttempt {
  readonly attempt: string;
  readonly began: number;
  /** The number of its next text. */
  readonly next: number;
}

/** Orders the events of a run. The latest attempt of the run counts. */
export class RunFollower {
  private current: RunAttempt | undefined;
  private readonly endedAttempts = new Set<string>();
  private step = 0;

  /** Returns the new events of a message; `undefined` for an outdated attempt. */
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

  /** Returns the new attempt. One that is received from its first batch is later; for others their clocks decide. */
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
