import { type ModelEvent, type StreamEvent, type Usage } from '../../src/index.ts';
import { parseArguments } from '../../src/toolkit.ts';

type Finish = Extract<StreamEvent, { type: 'finish' }>;

/** Writes the events of a scripted response. A part ends when another one begins. */
export class ResponseWriter {
  private readonly target: string;
  private events: ModelEvent[] = [];
  private nextIndex = 0;
  private open: { readonly type: 'text' | 'reasoning'; readonly index: number; text: string } | undefined;

  constructor(target: string) {
    this.target = target;
  }

  take(): readonly ModelEvent[] {
    return this.events.splice(0);
  }

  start(id?: string): void {
    this.events.push({ type: 'start', target: this.target, id });
  }

  text(text: string): void {
    this.append('text', text);
  }

  reasoning(text: string): void {
    this.append('reasoning', text);
  }

  toolCall(id: string, name: string, json: string): void {
    this.endPart();
    const index = this.nextIndex++;
    this.events.push(
      { type: 'part-start', index, part: { type: 'tool-call', id, name } },
      { type: 'args-delta', index, json },
      { type: 'part-end', index, part: { type: 'tool-call', id, name, ...parseArguments(json) } },
    );
  }

  finish(reason: Finish['reason'], raw: string | undefined, usage?: Usage): void {
    this.endPart();
    this.events.push({ type: 'finish', target: this.target, reason, raw, usage });
  }

  private append(type: 'text' | 'reasoning', text: string): void {
    if (this.open?.type !== type) {
      this.endPart();
      this.open = { type, index: this.nextIndex++, text: '' };
      this.events.push({ type: 'part-start', index: this.open.index, part: { type } });
    }
    this.open.text += text;
    this.events.push({ type: `${type}-delta`, index: this.open.index, text });
  }

  private endPart(): void {
    if (this.open === undefined) return;
    const { type, index, text } = this.open;
    this.open = undefined;
    this.events.push({ type: 'part-end', index, part: { type, text } });
  }
}
