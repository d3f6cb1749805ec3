import type { ModelEvent, PartHead, StreamEvent } from '../types/events.ts';
import { LlmError } from '../types/llm-error.ts';
import type { AssistantPart } from '../types/messages.ts';
import type { FinishReason, StopDetails } from '../types/response.ts';
import { fnv1a } from '../util/bytes.ts';

/** No tool call, and nothing visible: none, white space, reasoning or the work of the vendor's tools alone. */
export function isEmptyAnswer(parts: readonly AssistantPart[]): boolean {
  return parts.every(
    (part) => part.type !== 'tool-call' && (part.type !== 'text' || part.text.trim() === ''),
  );
}

/** Reasons for which an empty answer is none; with `length`, reasoning alone is an answer. */
const MUST_HAVE_CONTENT: ReadonlySet<FinishReason> = new Set(['stop', 'tool-calls', 'other']);

/** The failure that a finish stands for, if it is one. */
export function judgeFinish(
  target: string,
  parts: readonly AssistantPart[],
  reason: FinishReason,
  details?: StopDetails,
): LlmError | undefined {
  if (reason === 'content-filter' && parts.length === 0) {
    const { category, explanation } = details ?? {};
    const why = explanation === undefined ? '' : `: ${explanation}`;
    return new LlmError('content-filter', `${target} blocked the request before it answered${why}`, {
      target,
      code: category,
    });
  }
  if (!MUST_HAVE_CONTENT.has(reason) || !isEmptyAnswer(parts)) return undefined;
  return new LlmError('empty', `${target} finished with "${reason}" and no content`, { target });
}

const DELTA_OF = { 'text-delta': 'text', 'reasoning-delta': 'reasoning', 'args-delta': 'tool-call' } as const;

/**
 * What is wrong with the order of these events, or `undefined`. One `start`; every part started, fed with deltas of
 * its type and ended; indexes count up from 0; one `finish`, after which nothing comes. A `reset` begins again, after `continued` what
 * is open continues.
 */
export function eventOrderError(events: readonly StreamEvent[]): string | undefined {
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

/**
 * An id for a call that the vendor gave none: unique in the turn, and equal when the same response is replayed, for a
 * prompt cache depends on it.
 */
export const generateCallId = (responseId: string, index: number): string =>
  responseId === '' ? `call_${index}` : `call_${fnv1a(responseId).toString(36)}_${index}`;

/** Is it such an id? For wires that have calls without ids, and take none that they did not give. */
export const isGeneratedCallId = (id: string): boolean => /^call_(?:[0-9a-z]{1,7}_)?\d{1,6}$/.test(id);
