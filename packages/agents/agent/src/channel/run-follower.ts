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
}

/** Number of the next expected batch of an outdated attempt, all of whose messages are dropped. */
const OUTDATED = Infinity;

/** Converter of a run's messages to events. Drops messages of outdated attempts, and reports lost messages and repeated steps. */
export class RunFollower {
  private current: RunAttempt | undefined;
  /** Number of the next expected batch by attempt. */
  private readonly next = new Map<string, number>();
  private step = 0;

  /** Returns the new events of a message, or `undefined` for a repeated message or an outdated attempt. */
  accept(message: ChannelMessage): readonly RunEvent[] | undefined {
    const { attempt, began, batch, step } = message;
    const next = this.next.get(attempt) ?? 0;
    const isCurrent = this.current?.attempt === attempt;
    if (batch < next || !(isCurrent || this.replacesCurrent(message))) return undefined;
    this.current = { attempt, began };
    this.next.set(attempt, batch + 1);
    // If the watch returns to an attempt, its reader has discarded the attempt's earlier events of the step, so they are missing.
    const missed: RunEvent[] = batch > (isCurrent ? next : 0) ? [{ type: 'missed' }] : [];
    return [
      ...missed,
      ...message.events.flatMap((event) => this.withReset({ type: 'event', step, attempt, event })),
    ];
  }

  /** Whether the message's attempt replaces the current one. Marks the other attempt as outdated, unless their order is uncertain. */
  private replacesCurrent({ attempt, began, batch }: ChannelMessage): boolean {
    const { current } = this;
    const isLater = current === undefined || began > current.began;
    // The clocks of processes differ, so an attempt that sends its first batch is newer even if it began earlier.
    if (!isLater && batch > 0) {
      this.next.set(attempt, OUTDATED);
      return false;
    }
    // If the first batch was late instead, the current attempt is the newer one. It returns as soon as it sends again.
    if (current !== undefined && began >= current.began) this.next.set(current.attempt, OUTDATED);
    return true;
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
