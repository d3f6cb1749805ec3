import type {
  FinishReason,
  ModelEvent,
  PartHead,
  StopDetails,
  StreamEvent,
  Warning,
} from '../types/response.ts';
import { LlmError } from '../types/llm-error.ts';
import type { AssistantPart } from '../types/messages.ts';

/** Whether a part is visible text, an image, audio, or a call of a tool or one that waits for the client. */
function isContent(part: AssistantPart): boolean {
  switch (part.type) {
    case 'text':
      return part.text.trim() !== '';
    case 'vendor':
    case 'reasoning':
      return false;
    case 'tool-call':
    case 'vendor-call':
    case 'image':
    case 'audio':
      return true;
    default:
      return part satisfies never;
  }
}

/** Whether the only event of a part is its `part-end`. */
export const hasNoDeltas = (
  part: AssistantPart,
): part is Exclude<AssistantPart, { readonly type: PartHead['type'] }> =>
  part.type === 'vendor' || part.type === 'vendor-call' || part.type === 'image' || part.type === 'audio';

/** Finish reasons that require content. A response with the reason `length` may contain only reasoning. */
const MUST_HAVE_CONTENT: ReadonlySet<FinishReason> = new Set(['stop', 'tool-calls', 'other']);

/** Returns the error of an attempt that finished with a blocked request or an empty answer; otherwise `undefined`. */
export function finishError(
  target: string,
  parts: readonly AssistantPart[],
  reason: FinishReason,
  details?: StopDetails,
): LlmError | undefined {
  if (reason === 'content-filter' && parts.length === 0) {
    const { category, explanation } = details ?? {};
    const why = explanation === undefined ? '' : `: ${explanation}`;
    return new LlmError('content-filter', `${target} blocked the request before it answered${why}`, {
      code: category,
    });
  }
  if (!MUST_HAVE_CONTENT.has(reason) || parts.some(isContent)) return undefined;
  return new LlmError('empty', `${target} finished with "${reason}" and no content`);
}

const DELTA_OF = { 'text-delta': 'text', 'reasoning-delta': 'reasoning', 'args-delta': 'tool-call' } as const;

/** Returns the first violation of the order that `ModelEvent` and `StreamEvent` define, or `undefined` if the order is valid. */
export function eventOrderError(events: readonly StreamEvent[]): string | undefined {
  let state = initialState();
  for (const [at, event] of events.entries()) {
    if (event.type === 'reset') {
      if (!state.started || state.finished) return `event ${at}: reset without an attempt to drop`;
      state = initialState();
      continue;
    }
    if (event.type === 'continued') {
      // The attempt that continues the answer sends no second `start`, and its parts have the next numbers.
      if (!state.started || state.finished) return `event ${at}: continued without an attempt to continue`;
      continue;
    }
    const fault = eventError(event, state);
    if (fault !== undefined) return `event ${at} (${event.type}): ${fault}`;
  }
  return state.finished ? undefined : 'no finish';
}

interface OrderState {
  started: boolean;
  finished: boolean;
  next: number;
  readonly open: Map<number, PartHead['type']>;
}

const initialState = (): OrderState => ({ started: false, finished: false, next: 0, open: new Map() });

function eventError(event: ModelEvent, state: OrderState): string | undefined {
  if (state.finished) return 'after the finish';
  if (event.type === 'start') {
    if (state.started) return 'a second start';
    state.started = true;
    return undefined;
  }
  if (!state.started) return 'before the start';
  switch (event.type) {
    case 'part-start':
      if (event.index !== state.next) return `index ${event.index} where ${state.next} was due`;
      state.next++;
      state.open.set(event.index, event.part.type);
      return undefined;
    case 'text-delta':
    case 'reasoning-delta':
    case 'args-delta':
      return state.open.get(event.index) === DELTA_OF[event.type] ? undefined : 'no open part of its type';
    case 'part-end':
      if (hasNoDeltas(event.part)) {
        if (event.index !== state.next) return `index ${event.index} where ${state.next} was due`;
        state.next++;
        return undefined;
      }
      if (state.open.get(event.index) !== event.part.type) return 'no open part of its type';
      state.open.delete(event.index);
      return undefined;
    case 'warning':
      return undefined;
    case 'finish':
      state.finished = true;
      return state.open.size === 0 ? undefined : 'parts are still open';
    default:
      return event satisfies never;
  }
}

/** Events of a model, singly or in batches. */
export type EventSteps = AsyncIterable<ModelEvent | readonly ModelEvent[]>;

/** Replaces each event with the events that the function returns for it. */
export async function* mapEvents(
  steps: EventSteps,
  replace: (event: ModelEvent) => ModelEvent | readonly ModelEvent[],
): AsyncGenerator<readonly ModelEvent[]> {
  for await (const step of steps) {
    const events = [step].flat();
    yield events.flatMap(replace);
  }
}

/** Removes repeated warnings. */
export const distinctWarnings = (warnings: readonly Warning[]): readonly Warning[] => [
  ...new Map(warnings.map((warning) => [JSON.stringify(warning), warning])).values(),
];
