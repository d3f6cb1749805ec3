import {
  type AnsweredRequest,
  type Answer,
  type AnswerPart,
  type AnswerVendor,
  type Frame,
  type Framing,
  type FullAnswer,
  fullAnswer,
  pieces,
  sseComment,
  sseFrame,
  takeTurns,
} from '@majordomo/testing/internal';
import { outputItem, type OutputItem, responseBody } from './output.ts';

/** Differences between a server's Responses API and OpenAI's. */
export interface ResponsesDialect {
  /** Arguments in the last event of a call. `empty`: always `{}` (LM Studio, 2026-01). `@default 'complete'` */
  readonly callsEnd?: 'complete' | 'empty' | undefined;
}

interface Event {
  readonly kind: Frame['kind'];
  readonly data: { readonly type: string; readonly [member: string]: unknown };
}

/** Returns the server-sent events of an answer, item by item unless calls are interleaved (recorded 2025-09 to 2026-07). */
export function responsesFrames(
  answer: Answer | string,
  request: AnsweredRequest,
  framing: Framing = {},
  dialect: ResponsesDialect = {},
): readonly Frame[] {
  const full = fullAnswer(answer, request.model);
  const last = responseBody(full, true);
  const events: Event[] = [
    { kind: 'head', data: { type: 'response.created', response: responseBody(full, false) } },
    { kind: 'head', data: { type: 'response.in_progress', response: responseBody(full, false) } },
    ...itemEvents(full, dialect),
    {
      kind: 'finish',
      data: {
        type: last['status'] === 'incomplete' ? 'response.incomplete' : 'response.completed',
        response: last,
      },
    },
  ];
  return events.flatMap(({ kind, data: { type, ...members } }, number) => {
    const data = JSON.stringify({ type, sequence_number: number, ...members });
    const frame = sseFrame(kind, data, type, framing);
    return framing.noise === true ? [sseComment('keepalive', framing), frame] : [frame];
  });
}

function itemEvents(full: FullAnswer, dialect: ResponsesDialect): readonly Event[] {
  const all = full.parts.map((part, at) => ({
    part,
    events: eventsOf(part, at, outputItem(part, at, full), dialect),
  }));
  if (!full.interleave) return all.flatMap(({ events }) => events);
  const calls = all.filter(({ part }) => part.type === 'tool-call').map(({ events }) => events);
  const others = all.filter(({ part }) => part.type !== 'tool-call').flatMap(({ events }) => events);
  return [...others, ...takeTurns(calls)];
}

function eventsOf(
  part: AnswerPart,
  at: number,
  item: OutputItem,
  { callsEnd }: ResponsesDialect,
): readonly Event[] {
  const place = { item_id: item.id, output_index: at };
  const isCall = part.type === 'tool-call';
  const event = (kind: Frame['kind'], type: string, members: object): Event => ({
    kind,
    data: { type, ...members },
  });
  return [
    // The first event of a call already contains its name.
    event(isCall ? 'content' : 'noise', 'response.output_item.added', {
      output_index: at,
      item: begun(item),
    }),
    ...(part.type === 'vendor'
      ? SEARCHING.map((step) => event('noise', `response.web_search_call.${step}`, place))
      : deltasOf(part).map((delta) =>
          event('content', `response.${EVENTS[part.type]}.delta`, { ...place, ...INDEX, delta }),
        )),
    ...(isCall
      ? [event('content', 'response.function_call_arguments.done', { ...place, arguments: part.json })]
      : []),
    event('content', 'response.output_item.done', {
      output_index: at,
      item: isCall && callsEnd === 'empty' ? { ...item, arguments: '{}' } : item,
    }),
  ];
}

/** Position of the text in its item, which has one part. Each delta contains both names, and clients read that of its type. */
const INDEX = { content_index: 0, summary_index: 0 };

/** Events that report the progress of a search. Only its `output_item.done` contains the query (recorded 2026-06). */
const SEARCHING = ['in_progress', 'searching', 'completed'] as const;

/** Part whose text is sent in deltas. */
type WrittenPart = Exclude<AnswerPart, AnswerVendor>;

const EVENTS: Readonly<Record<WrittenPart['type'], string>> = {
  text: 'output_text',
  refusal: 'refusal',
  reasoning: 'reasoning_summary_text',
  'tool-call': 'function_call_arguments',
};

function deltasOf(part: WrittenPart): readonly string[] {
  if (part.type === 'tool-call') return pieces(part.json, part.chunks, 6);
  if (part.type === 'reasoning' && part.redacted === true) return [];
  return pieces(part.text, part.type === 'refusal' ? undefined : part.chunks, 8);
}

/** Returns an item without its content, as its first event contains it. */
function begun(item: OutputItem): object {
  if (item.type === 'function_call') return { ...item, status: 'in_progress', arguments: '' };
  if (item.type === 'message') return { ...item, status: 'in_progress', content: [] };
  if (item.type === 'web_search_call') return { ...item, status: 'in_progress', action: { type: 'search' } };
  return { ...item, summary: [] };
}
