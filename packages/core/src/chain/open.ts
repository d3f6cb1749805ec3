import type { AttemptInfo } from '../contract/gate.ts';
import type { ChainDeps } from './call.ts';

/** A stream that was asked for its first step. */
export interface Opened<Event extends object> {
  readonly steps: AsyncIterator<Event | readonly Event[]>;
  readonly first: Promise<IteratorResult<Event | readonly Event[]>>;
}

/** Opens the stream and takes its first step inside the caller's hook; a hook that misbehaves changes nothing. */
export function openInside<Event extends object>(
  around: ChainDeps['around'],
  info: AttemptInfo | undefined,
  start: () => AsyncIterator<Event | readonly Event[]>,
): Opened<Event> {
  if (around === undefined || info === undefined) return opened(start);
  let made: Opened<Event> | undefined;
  const open = (): Opened<Event> => (made ??= opened(start));
  try {
    around(info, () => open().first).catch(() => undefined);
  } catch {
    // Whatever the hook did, the attempt goes on below.
  }
  return open();
}

function opened<Event extends object>(start: () => AsyncIterator<Event | readonly Event[]>): Opened<Event> {
  try {
    const steps = start();
    return { steps, first: steps.next() };
  } catch (error) {
    const failed = (): Promise<never> => Promise.reject(error);
    return { steps: { next: failed }, first: failed() };
  }
}
