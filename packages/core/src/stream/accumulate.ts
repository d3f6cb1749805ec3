import type { ModelEvent } from '../model/event.ts';
import type { AssistantPart, ToolCallPart } from '../model/part.ts';
import type { ChatResponse, PartialResponse, Warning } from '../model/response.ts';

type Finish = Extract<ModelEvent, { type: 'finish' }>;

/** Takes in one attempt's events; knows at any time what has arrived. Linear: deltas are appended, never copied. */
export class Accumulator {
  private readonly target: string;
  private id: string | undefined;
  private readonly parts: AssistantPart[] = [];
  private readonly open = new Map<
    number,
    { readonly type: 'text' | 'reasoning' | 'tool-call'; text: string }
  >();
  private openIndex = -1;
  private openPart: { text: string } | undefined;
  readonly warnings: Warning[] = [];
  finish: Finish | undefined;

  constructor(target: string) {
    this.target = target;
  }

  push(event: ModelEvent): void {
    switch (event.type) {
      case 'text-delta':
      case 'reasoning-delta':
        this.at(event.index).text += event.text;
        break;
      case 'args-delta':
        // Cut arguments are nothing that a partial answer may show: only whole calls count.
        break;
      case 'part-start':
        this.open.set(event.index, { type: event.part.type, text: '' });
        this.openIndex = -1;
        break;
      case 'part-end':
        this.open.delete(event.index);
        this.openIndex = -1;
        this.parts.push(event.part);
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
    const open = [...this.open.values()].flatMap(({ type, text }): AssistantPart[] =>
      type === 'tool-call' || text === '' ? [] : [{ type, text }],
    );
    const parts = [...this.parts, ...open];
    if (parts.length === 0) return undefined;
    return { id: this.id, target: this.target, parts, text: textOf(parts), usage: this.finish?.usage };
  }

  response(rest: Pick<ChatResponse, 'spec' | 'attempts'>): ChatResponse {
    const { parts, finish } = this;
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

  get content(): readonly AssistantPart[] {
    return this.parts;
  }

  /** Nearly every delta goes to the part of the one before. */
  private at(index: number): { text: string } {
    if (index === this.openIndex && this.openPart !== undefined) return this.openPart;
    let part = this.open.get(index);
    if (part === undefined) this.open.set(index, (part = { type: 'text', text: '' }));
    this.openIndex = index;
    this.openPart = part;
    return part;
  }
}

const textOf = (parts: readonly AssistantPart[]): string => {
  let text = '';
  for (const part of parts) if (part.type === 'text') text += part.text;
  return text;
};
