import type { ModelEvent, StreamEvent } from '../types/events.ts';
import { type Attempt, LlmError, type PartialResponse } from '../types/llm-error.ts';
import type { AssistantPart, ToolCallPart } from '../types/messages.ts';
import type { ChatResponse, Warning } from '../types/response.ts';
import type { Usage } from '../types/usage.ts';
import { judgeFinish } from './response-checks.ts';

type Finish = Extract<ModelEvent, { type: 'finish' }>;

interface Open {
  readonly type: 'text' | 'reasoning' | 'tool-call';
  text: string;
}

/** Takes in one attempt's events; knows at any time what has arrived. Linear: deltas are appended, never copied. */
export class Accumulator implements Answer<ModelEvent, ChatResponse> {
  characters = 0;
  private readonly target: string;
  private id: string | undefined;
  /** By index; empty while a part is open. */
  private readonly parts: (AssistantPart | undefined)[] = [];
  private readonly open: (Open | undefined)[] = [];
  /** What was done to the request for this target. */
  private readonly prepared: readonly Warning[];
  private readonly warnings: Warning[];
  private finish: Finish | undefined;

  constructor(target: string, prepared: readonly Warning[] = []) {
    this.target = target;
    this.prepared = prepared;
    this.warnings = [...prepared];
  }

  /** A tool call is content from its start: one without arguments has no delta. */
  push(event: ModelEvent): 'progress' | 'content' | 'finish' {
    switch (event.type) {
      case 'text-delta':
      case 'reasoning-delta':
        this.append(event.index, event.text);
        return 'content';
      case 'args-delta':
        this.characters += event.json.length;
        // Cut arguments are nothing that a partial answer may show: only whole calls count.
        return 'content';
      case 'part-start':
        this.open[checkedIndex(event.index, this.target)] = { type: event.part.type, text: '' };
        return event.part.type === 'tool-call' ? 'content' : 'progress';
      case 'part-end':
        this.open[event.index] = undefined;
        this.parts[checkedIndex(event.index, this.target)] = event.part;
        return 'progress';
      case 'start':
        this.id = event.id;
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

  /** One `start`, then what was done to the request, then the rest. */
  opening(held: readonly ModelEvent[]): readonly ModelEvent[] {
    const start = held.find(({ type }) => type === 'start');
    return [
      start ?? { type: 'start', target: this.target, id: undefined },
      ...this.prepared.map((warning) => ({ type: 'warning', warning }) as const),
      ...held.filter(({ type }) => type !== 'start'),
    ];
  }

  fault(): LlmError | undefined {
    return judgeFinish(this.target, this.content, this.finish?.reason ?? 'other', this.finish?.stopDetails);
  }

  get usage(): Usage | undefined {
    return this.finish?.usage;
  }

  shown(): readonly ShownPart[] {
    const indexes = new Set([...this.parts.keys(), ...this.open.keys()]);
    return [...indexes].flatMap((index) => this.shownAt(index) ?? []);
  }

  /** Text and reasoning so far, and the tool calls that were complete; `undefined` before any. */
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
    const { content: parts, finish } = this;
    return {
      id: this.id,
      target: this.target,
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
    const whole = this.parts[index];
    if (whole !== undefined) return { index, part: whole, isOpen: false };
    const open = this.open[index];
    if (open === undefined) return undefined;
    const { type, text } = open;
    const part: AssistantPart = type === 'tool-call' ? { type, id: '', name: '', args: {} } : { type, text };
    return { index, part, isOpen: true };
  }

  /** The parts that are whole, in their order. */
  private get content(): readonly AssistantPart[] {
    return this.parts.filter((part) => part !== undefined);
  }

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

/** More parts than this cannot be an answer: a list with holes that large would be walked for minutes. */
const MOST_PARTS = 100_000;

function checkedIndex(index: number, target: string): number {
  if (Number.isInteger(index) && index >= 0 && index < MOST_PARTS) return index;
  throw new LlmError(
    'protocol',
    `${target} numbered a part ${String(index)}: it must be from 0 to ${MOST_PARTS - 1}`,
    {
      target,
    },
  );
}

/** A part of an answer, under its index; one that is under way as far as it has come. */
export interface ShownPart {
  readonly index: number;
  readonly part: AssistantPart;
  readonly isOpen: boolean;
}

/** Adds up what one attempt says; knows at any time what has arrived. */
export interface Answer<Event extends object, Result> {
  /** Takes the next event, and says what it means to the chain: the first `content` commits, `finish` ends. */
  push(event: Event): 'progress' | 'content' | 'finish';
  /** What is shown of the events that were held back until the first content. */
  opening(held: readonly Event[]): readonly Event[];
  /** The error that the finish stands for, if it is one. */
  fault(): LlmError | undefined;
  /** What has been shown of it, for whoever continues where it breaks off. */
  shown(): readonly ShownPart[];
  /** What had arrived, for an error; `undefined` before any content. */
  partial(): PartialResponse | undefined;
  /** That have come so far, of whatever is shown. */
  readonly characters: number;
  readonly usage: Usage | undefined;
  /** After the finish. */
  result(facts: { readonly spec: string; readonly attempts: readonly Attempt[] }): Result;
}

/** What the events of a chat come to that was left before its end, as `details.partial` has it; `undefined` before any content. */
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
