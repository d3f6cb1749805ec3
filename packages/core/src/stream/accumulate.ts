import type { ModelEvent } from '../contract/event.ts';
import type { AssistantPart, ToolCallPart } from '../contract/part.ts';
import type { ChatResponse, Warning } from '../contract/response.ts';
import type { PartialResponse } from '../contract/llm-error.ts';

type Finish = Extract<ModelEvent, { type: 'finish' }>;

interface Open {
  readonly type: 'text' | 'reasoning' | 'tool-call';
  text: string;
}

/** Takes in one attempt's events; knows at any time what has arrived. Linear: deltas are appended, never copied. */
export class Accumulator {
  private readonly target: string;
  private id: string | undefined;
  /** By index; empty while a part is open. */
  private readonly parts: (AssistantPart | undefined)[] = [];
  private readonly open: (Open | undefined)[] = [];
  readonly warnings: Warning[] = [];
  finish: Finish | undefined;

  constructor(target: string) {
    this.target = target;
  }

  push(event: ModelEvent): void {
    switch (event.type) {
      case 'text-delta':
      case 'reasoning-delta':
        this.append(event.index, event.text);
        break;
      case 'args-delta':
        // Cut arguments are nothing that a partial answer may show: only whole calls count.
        break;
      case 'part-start':
        this.open[event.index] = { type: event.part.type, text: '' };
        break;
      case 'part-end':
        this.open[event.index] = undefined;
        this.parts[event.index] = event.part;
        break;
      case 'start':
        this.id = event.id;
        break;
      case 'warning':
        this.warnings.push(event.warning);
        break;
      case 'finish':
        this.finish = event;
        break;
      default:
        event satisfies never;
    }
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

  response(rest: Pick<ChatResponse, 'spec' | 'attempts'>): ChatResponse {
    const { content: parts, finish } = this;
    return {
      id: this.id,
      target: this.target,
      spec: rest.spec,
      message: { role: 'assistant', parts },
      parts,
      text: textOf(parts),
      toolCalls: parts.filter((part): part is ToolCallPart => part.type === 'tool-call'),
      finish: finish?.reason ?? 'other',
      rawFinish: finish?.raw,
      usage: finish?.usage,
      warnings: this.warnings,
      attempts: rest.attempts,
    };
  }

  /** The parts that are whole, in their order. */
  get content(): readonly AssistantPart[] {
    return this.parts.filter((part) => part !== undefined);
  }

  private append(index: number, text: string): void {
    const part = this.open[index];
    if (part === undefined) this.open[index] = { type: 'text', text };
    else part.text += text;
  }
}

const textOf = (parts: readonly AssistantPart[]): string => {
  let text = '';
  for (const part of parts) if (part.type === 'text') text += part.text;
  return text;
};
