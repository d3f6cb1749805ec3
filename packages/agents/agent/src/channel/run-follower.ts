import type { AgentEvent } from '../stream/event.ts';
import type { ChannelMessage } from './channel-message.ts';

/** Event of a run that `watchRun` received from another process. */
export type RunEvent =
  /** Event of the run. `attempt` identifies the execution of the run in one process. */
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
    const known = this.current?.attempt === attempt ? this.current : this.startAttempt(message);
    if (known === undefined || batch < known.next) return undefined;
    this.current = { attempt, began, next: batch + 1 };
    const missed: RunEvent[] = batch > known.next ? [{ type: 'missed' }] : [];
    return [
      ...missed,
      ...message.events.flatMap((event) => this.withReset({ type: 'event', step, attempt, event })),
    ];
  }

  /** Returns the message's attempt, or `undefined` if the attempt is outdated. A newer attempt has `batch` 0 or began later. */
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
