import type { ChatResponse, ModelEvent, StreamEvent, Warning } from '../types/response.ts';
import { type Attempt, LlmError, type PartialResponse } from '../types/llm-error.ts';
import type { AssistantPart, ToolCallPart } from '../types/messages.ts';
import type { Usage } from '../types/usage.ts';
import { finishError, hasNoDeltas } from './events.ts';

/** Part of a response, which may be incomplete. */
export interface ShownPart {
  readonly index: number;
  readonly part: AssistantPart;
  readonly isOpen: boolean;
}

/** Accumulated response of one attempt. */
export interface Answer<Event extends object, Result> {
  /** Adds an event and returns its meaning. The first `content` commits the attempt. `finish` ends the attempt. */
  push(event: Event): 'progress' | 'content' | 'finish';
  /** Returns the events to emit in place of the events that were buffered until the first content. */
  opening(buffered: readonly Event[]): readonly Event[];
  /** Returns the error that the finish event implies; `undefined` for a valid answer. */
  fault(): LlmError | undefined;
  /** Returns the emitted parts, so that another attempt can continue them. */
  shown(): readonly ShownPart[];
  /** Returns the content so far, for an error, or `undefined` if no content has arrived. */
  partial(): PartialResponse | undefined;
  /** Number of characters so far; absent if the answer is not text. */
  readonly characters?: number;
  readonly usage: Usage | undefined;
  /** Model that the vendor reported; `undefined` if the vendor reported none. */
  readonly model: string | undefined;
  /** Returns the response after the finish. */
  result(facts: { readonly spec: string; readonly attempts: readonly Attempt[] }): Result;
}

type Finish = Extract<ModelEvent, { type: 'finish' }>;

interface OpenPart {
  readonly type: 'text' | 'reasoning' | 'tool-call';
  text: string;
}

/** Accumulator of the events of a chat attempt. */
export class Accumulator implements Answer<ModelEvent, ChatResponse> {
  characters = 0;
  private readonly target: string;
  private id: string | undefined;
  private startModel: string | undefined;
  /** Completed parts by index. */
  private readonly parts: (AssistantPart | undefined)[] = [];
  private readonly open: (OpenPart | undefined)[] = [];
  /** Warnings about changes to the request for this target. */
  private readonly prepared: readonly Warning[];
  private readonly warnings: Warning[];
  private finish: Finish | undefined;

  constructor(target: string, prepared: readonly Warning[] = []) {
    this.target = target;
    this.prepared = prepared;
    this.warnings = [...prepared];
  }

  /** Adds an event. The start of a tool call is treated as content, because a call without arguments has no delta. */
  push(event: ModelEvent): 'progress' | 'content' | 'finish' {
    switch (event.type) {
      case 'text-delta':
      case 'reasoning-delta':
        this.append(event.index, event.text);
        return 'content';
      case 'args-delta':
        this.characters += event.json.length;
        return 'content';
      case 'part-start':
        this.open[checkedIndex(event.index, this.target)] = { type: event.part.type, text: '' };
        return event.part.type === 'tool-call' ? 'content' : 'progress';
      case 'part-end':
        this.open[event.index] = undefined;
        this.parts[checkedIndex(event.index, this.target)] = event.part;
        // The deltas of other parts were content already, and a vendor part is none.
        return hasNoDeltas(event.part) && event.part.type !== 'vendor' ? 'content' : 'progress';
      case 'start':
        this.id = event.id;
        this.startModel = event.model;
        return 'progress';
      case 'warning':
        this.warnings.push(event.warning);
        return 'progress';
      case 'finish':
        this.finish = event;
        return 'finish';
      default:
        return event satisfies never;
    }
  }

  opening(buffered: readonly ModelEvent[]): readonly ModelEvent[] {
    const start = buffered.find(({ type }) => type === 'start');
    return [
      start ?? { type: 'start', target: this.target, id: undefined },
      ...this.prepared.map((warning) => ({ type: 'warning', warning }) as const),
      ...buffered.filter(({ type }) => type !== 'start'),
    ];
  }

  fault(): LlmError | undefined {
    return finishError(this.target, this.content, this.finish?.reason ?? 'other', this.finish?.stopDetails);
  }

  get usage(): Usage | undefined {
    return this.finish?.usage;
  }

  get model(): string | undefined {
    return this.finish?.model ?? this.startModel;
  }

  shown(): readonly ShownPart[] {
    const indexes = new Set([...this.parts.keys(), ...this.open.keys()]);
    return [...indexes].flatMap((index) => this.shownAt(index) ?? []);
  }

  /** Returns the complete parts, then the text and reasoning so far. Omits tool calls with incomplete arguments. */
  partial(): PartialResponse | undefined {
    const { content } = this;
    const parts = [...content];
    for (const part of this.open) {
      if (part === undefined || part.type === 'tool-call' || part.text === '') continue;
      parts.push({ type: part.type, text: part.text });
    }
    if (parts.length === 0) return undefined;
    return { id: this.id, target: this.target, parts, text: textOf(parts), usage: this.finish?.usage };
  }

  result(facts: Pick<ChatResponse, 'spec' | 'attempts'>): ChatResponse {
    const { content: parts, finish, model } = this;
    return {
      id: this.id,
      target: this.target,
      ...(model !== undefined && { model }),
      ...(finish?.vendor && { vendor: finish.vendor }),
      spec: facts.spec,
      message: { role: 'assistant', parts },
      parts,
      text: textOf(parts),
      toolCalls: parts.filter((part): part is ToolCallPart => part.type === 'tool-call'),
      finish: finish?.reason ?? 'other',
      rawFinish: finish?.raw,
      usage: finish?.usage,
      ...(finish?.stopDetails && { stopDetails: finish.stopDetails }),
      ...(finish?.logprobs && { logprobs: finish.logprobs }),
      warnings: this.warnings,
      attempts: facts.attempts,
    };
  }

  private shownAt(index: number): ShownPart | undefined {
    const complete = this.parts[index];
    if (complete !== undefined) return { index, part: complete, isOpen: false };
    const open = this.open[index];
    if (open === undefined) return undefined;
    const { type, text } = open;
    // Only the type of an open tool call matters, because an answer with a call is not continued.
    const part: AssistantPart = type === 'tool-call' ? { type, id: '', name: '', args: {} } : { type, text };
    return { index, part, isOpen: true };
  }

  /** Complete parts, in order. */
  private get content(): readonly AssistantPart[] {
    return this.parts.filter((part) => part !== undefined);
  }

  /** Adds a delta. A delta without a `part-start`, which violates the order of events, counts as text. */
  private append(index: number, text: string): void {
    this.characters += text.length;
    const part = this.open[index];
    if (part === undefined) this.open[checkedIndex(index, this.target)] = { type: 'text', text };
    else part.text += text;
  }
}

const textOf = (parts: readonly AssistantPart[]): string => {
  let text = '';
  for (const part of parts) if (part.type === 'text') text += part.text;
  return text;
};

/** Maximum number of parts. Iterating a sparse array with a huge index would take minutes. */
const MAX_PARTS = 100_000;

function checkedIndex(index: number, target: string): number {
  if (Number.isInteger(index) && index >= 0 && index < MAX_PARTS) return index;
  throw new LlmError(
    'protocol',
    `${target} sent the part index ${String(index)}; it must be an integer from 0 to ${MAX_PARTS - 1}`,
  );
}

/** Returns the events of a response. Each text, reasoning and tool call has one delta. A partial response results in no `finish`. */
export function responseEvents(response: ChatResponse | PartialResponse): readonly ModelEvent[] {
  const { target, id, parts } = response;
  if (!('finish' in response)) return [{ type: 'start', target, id }, ...parts.flatMap(partEvents)];
  const { warnings, finish, rawFinish, usage, model, vendor, stopDetails, logprobs } = response;
  const served = model === undefined ? undefined : { model };
  return [
    { type: 'start', target, id, ...served },
    ...warnings.map((warning): ModelEvent => ({ type: 'warning', warning })),
    ...parts.flatMap(partEvents),
    {
      type: 'finish',
      target,
      reason: finish,
      raw: rawFinish,
      usage,
      ...served,
      ...(vendor && { vendor }),
      ...(stopDetails && { stopDetails }),
      ...(logprobs && { logprobs }),
    },
  ];
}

function partEvents(part: AssistantPart, index: number): readonly ModelEvent[] {
  const end: ModelEvent = { type: 'part-end', index, part };
  if (hasNoDeltas(part)) return [end];
  if (part.type === 'tool-call') {
    const { type, id, name, args, invalid } = part;
    return [
      { type: 'part-start', index, part: { type, id, name } },
      { type: 'args-delta', index, json: invalid?.raw ?? JSON.stringify(args) },
      end,
    ];
  }
  const { type, text } = part;
  return [{ type: 'part-start', index, part: { type } }, { type: `${type}-delta`, index, text }, end];
}

/** Returns the content of the events of an unfinished stream, as in `details.partial`; `undefined` before any content. */
export function partialOf(events: readonly StreamEvent[]): PartialResponse | undefined {
  let target = '';
  let answer = new Accumulator(target);
  for (const event of events) {
    if (event.type === 'start' || event.type === 'continued') ({ target } = event);
    if (event.type === 'reset') answer = new Accumulator(target);
    else if (event.type !== 'continued') answer.push(event);
  }
  const partial = answer.partial();
  return partial && { ...partial, target };
}
