import type { AgentEvent } from '../stream/event.ts';
import type { ChannelMessage } from './channel-message.ts';

/** Event of a run that `watchRun` received from another process. */
export type RunEvent =
  /**
   * Event of the run. `step`: number of the step, from 1; 0 for a warning of an attempt that has not started a step. `attempt`:
   * id of the execution of the run in one process.
   */
  | { readonly type: 'event'; readonly step: number; readonly attempt: string; readonly event: AgentEvent }
  /** The step starts again, for example because its process ended during the step. Discard the step's earlier events. */
  | { readonly type: 'reset'; readonly step: number }
  /** Some events are missing, because they were emitted before the watch started or the channel lost them. */
  | { readonly type: 'missed' };

interface RunAttempt {
  readonly attempt: string;
  readonly began: number;
  /** Number of the next expected batch. */
  readonly next: number;
}

/** Converter of a run's messages to events. Drops messages of outdated attempts, and reports lost messages and repeated steps. */
export class RunFollower {
  private current: RunAttempt | undefined;
  private readonly endedAttempts = new Set<string>();
  private step = 0;

  /** Returns the new events of a message, or `undefined` for a repeated message or an outdated attempt. */
  accept(message: ChannelMessage): readonly RunEvent[] | undefined {
    const { attempt, began, batch, step } = message;
    const known = this.current?.attempt === attempt ? this.current : this.newerAttempt(message);
    if (known === undefined || batch < known.next) return undefined;
    this.current = { attempt, began, next: batch + 1 };
    const missed: RunEvent[] = batch > known.next ? [{ type: 'missed' }] : [];
    return [
      ...missed,
      ...message.events.flatMap((event) => this.withReset({ type: 'event', step, attempt, event })),
    ];
  }

  /** Returns the message's attempt if it replaces the current one, or `undefined` if the message's attempt is outdated. */
  private newerAttempt({ attempt, began, batch }: ChannelMessage): RunAttempt | undefined {
    if (this.endedAttempts.has(attempt)) return undefined;
    const { current } = this;
    const isLater = current === undefined || began > current.began;
    // The clocks of processes differ, so an attempt that sends its first batch is newer even if it began earlier.
    if (!isLater && batch > 0) {
      this.endedAttempts.add(attempt);
      return undefined;
    }
    // If the first batch was late instead, the current attempt is the newer one. It returns as soon as it sends again.
    if (current !== undefined && began >= current.began) this.endedAttempts.add(current.attempt);
    return { attempt, began, next: 0 };
  }

  private withReset(event: Extract<RunEvent, { type: 'event' }>): RunEvent[] {
    if (event.event.type !== 'step-start') {
      // If the attempt's first batches are missing, `event.step` may exceed the last known step.
      this.step = Math.max(this.step, event.step);
      return [event];
    }
    const { step } = event;
    const isAgain = step <= this.step;
    this.step = step;
    return isAgain ? [{ type: 'reset', step }, event] : [event];
  }
}
