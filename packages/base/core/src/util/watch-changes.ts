import type { Clock } from '../types/call-options.ts';
import { notify } from './listeners.ts';

/** Channel over which each process notifies all processes, including itself. */
export interface ChangeChannel {
  /** Sends a message to all processes. */
  publish(message: string): Promise<unknown>;
  /**
   * Resolves when the subscription is active. Returns a function that ends the subscription. Calls `onReconnect` each time the
   * connection was lost and is open again, because messages were missed in the meantime.
   */
  subscribe(onMessage: (message: string) => void, onReconnect: () => void): Promise<() => unknown>;
}

/** Time between two messages of a process to itself, in milliseconds. */
const BEAT_MS = 400;
/** Beginning of the message for a change. */
const CHANGE = 'changed ';

/** Returns the message for a change. */
export const changeMessage = (id: string): string => CHANGE + id;

/**
 * Reports the ids of changes. Reports `undefined` if changes may have been missed: at the first message after a reconnection, and
 * every 400 ms while messages of this process to itself do not arrive. Ignores errors of `changed`, which is a function of the
 * application. Returns a function that stops watching.
 */
export async function watchChanges(
  channel: ChangeChannel,
  clock: Clock,
  changed: (id: string | undefined) => void,
): Promise<() => Promise<void>> {
  const beat = `beat ${crypto.randomUUID()}`;
  /** Whether the last beat has arrived. */
  let hasArrived = true;
  /** Whether the connection was lost and is open again, but no message has arrived since. */
  let wasInterrupted = false;
  let cancel: (() => void) | undefined;
  const onMessage = (message: string): void => {
    // A client can report its connection before it has subscribed again. Only a message proves the subscription.
    if (wasInterrupted) notify(changed, undefined);
    wasInterrupted = false;
    if (message === beat) hasArrived = true;
    else if (message.startsWith(CHANGE)) notify(changed, message.slice(CHANGE.length));
  };
  const stop = await channel.subscribe(onMessage, () => {
    wasInterrupted = true;
  });
  const tick = (): void => {
    cancel = clock.timer(BEAT_MS, tick, { isBackground: true });
    if (!hasArrived) notify(changed, undefined);
    hasArrived = false;
    channel.publish(beat).catch(() => undefined);
  };
  tick();
  return async () => {
    cancel?.();
    await stop();
  };
}
