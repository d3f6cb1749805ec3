import type { ModelEvent, PartHead, StreamEvent } from '../contract/event.ts';

const DELTA_OF = { 'text-delta': 'text', 'reasoning-delta': 'reasoning', 'args-delta': 'tool-call' } as const;

/**
 * What is wrong with the order of these events, or `undefined`. One `start`; every part started, fed with deltas of
 * its type and ended; indexes count up from 0; one `finish`, after which nothing comes. A `reset` begins anew, after `continued` what
 * is open goes on.
 */
export function checkOrder(events: readonly StreamEvent[]): string | undefined {
  let state = fresh();
  for (const [at, event] of events.entries()) {
    if (event.type === 'reset') {
      if (!state.started || state.finished) return `event ${at}: reset without an attempt to drop`;
      state = fresh();
      continue;
    }
    if (event.type === 'continued') {
      if (!state.started || state.finished) return `event ${at}: continued without an attempt to go on from`;
      continue;
    }
    const fault = check(event, state);
    if (fault !== undefined) return `event ${at} (${event.type}): ${fault}`;
  }
  return state.finished ? undefined : 'no finish';
}

interface Seen {
  started: boolean;
  finished: boolean;
  next: number;
  readonly open: Map<number, PartHead['type']>;
}

const fresh = (): Seen => ({ started: false, finished: false, next: 0, open: new Map() });

function check(event: ModelEvent, seen: Seen): string | undefined {
  if (seen.finished) return 'after the finish';
  if (event.type === 'start') {
    if (seen.started) return 'a second start';
    seen.started = true;
    return undefined;
  }
  if (!seen.started) return 'before the start';
  switch (event.type) {
    case 'part-start':
      if (event.index !== seen.next) return `index ${event.index} where ${seen.next} was due`;
      seen.next++;
      seen.open.set(event.index, event.part.type);
      return undefined;
    case 'text-delta':
    case 'reasoning-delta':
    case 'args-delta':
      return seen.open.get(event.index) === DELTA_OF[event.type] ? undefined : 'no open part of its type';
    case 'part-end':
      if (event.part.type === 'vendor') {
        if (event.index !== seen.next) return `index ${event.index} where ${seen.next} was due`;
        seen.next++;
        return undefined;
      }
      if (seen.open.get(event.index) !== event.part.type) return 'no open part of its type';
      seen.open.delete(event.index);
      return undefined;
    case 'warning':
      return undefined;
    case 'finish':
      seen.finished = true;
      return seen.open.size === 0 ? undefined : 'parts are still open';
    default:
      return event satisfies never;
  }
}
