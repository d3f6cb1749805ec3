import type { ModelEvent, StreamEvent } from '@majordomo/core';
import type { GuardedCall } from './guarded-call.ts';
import type { Restorer } from './restore.ts';

/** Text or reasoning of a part that has begun but not ended. */
interface OpenPart {
  readonly index: number;
  readonly type: 'text' | 'reasoning';
  readonly restore: ReturnType<Restorer['stream']> | undefined;
  /** Text that the caller has not received. */
  text: string;
  /** Number of characters at the start of `text` that the checks have seen. */
  judged: number;
  /** Number of characters that the caller has received. */
  shown: number;
}

type PartEvent = Extract<ModelEvent, { readonly index: number }>;
type PartEnd = Extract<ModelEvent, { type: 'part-end' }>;

const HIGH_SURROGATE = /[\uD800-\uDBFF]/;

/** Holds back the events of an answer until the output checks have passed. */
export class HoldBack {
  /** Time at which the checks must run, in milliseconds of the clock. `undefined`: no text waits for the checks. */
  due: number | undefined;
  private readonly call: GuardedCall;
  private readonly restorer: Restorer;
  private readonly hasChecks: boolean;
  private readonly holdsCalls: boolean;
  /** Number of characters that remain held after a run of the checks, because a phrase may begin with them. */
  private readonly tail: number;
  private readonly characters: number;
  private readonly ms: number;
  private readonly context: number;
  private readonly open = new Map<number, OpenPart>();
  /** Events of incomplete tool calls and of the parts that wait for these calls, in the order of the parts' indexes. */
  private readonly waiting = new Map<number, PartEvent[]>();
  /** Last characters of text and of reasoning that the caller received. */
  private shown = { text: '', reasoning: '' };
  private warned = 0;
  private isStarted = false;

  constructor(call: GuardedCall, restorer: Restorer) {
    const { output = [], holdBack = {} } = call.guard.options;
    this.call = call;
    this.restorer = restorer;
    this.hasChecks = output.length > 0;
    this.holdsCalls = this.hasChecks || restorer.restoresCalls;
    this.tail = Math.max(1, ...output.map(({ span = 1 }) => span)) - 1;
    this.characters = holdBack.characters ?? 400;
    this.ms = holdBack.ms ?? 1000;
    this.context = holdBack.context ?? 1000;
  }

  /** Adds an event, and returns the events that the caller may now receive. Rejects with the refusal of a check. */
  async push(event: StreamEvent): Promise<readonly StreamEvent[]> {
    if (event.type === 'start') this.isStarted = true;
    if (event.type === 'reset') this.clear();
    const events = 'index' in event ? await this.pushPart(event) : [event];
    const warnings = this.isStarted ? this.newWarnings() : [];
    return event.type === 'finish' ? [...warnings, ...events] : [...events, ...warnings];
  }

  /** Judges all text that waits, and returns the events that the caller may now receive. */
  async flush(): Promise<readonly StreamEvent[]> {
    const events: StreamEvent[] = [];
    for (const part of this.open.values()) events.push(...(await this.release(part, false)));
    return [...events, ...this.newWarnings()];
  }

  private clear(): void {
    this.open.clear();
    this.waiting.clear();
    this.shown = { text: '', reasoning: '' };
    this.due = undefined;
    this.warned = 0;
    this.isStarted = false;
  }

  private newWarnings(): readonly StreamEvent[] {
    const fresh = this.call.warnings.slice(this.warned);
    this.warned += fresh.length;
    return fresh.map((warning) => ({ type: 'warning', warning }));
  }

  private async pushPart(event: PartEvent): Promise<readonly ModelEvent[]> {
    const { index } = event;
    const isCall = event.type === 'part-start' && event.part.type === 'tool-call';
    // Parts begin in the order of their indexes, so the parts after a held call wait for it.
    const mustWait = isCall || (this.waiting.size > 0 && !this.open.has(index));
    if (!this.holdsCalls || !mustWait) return this.pass(event);
    const events = this.waiting.get(index) ?? [];
    this.waiting.set(index, events);
    events.push(event);
    return event.type === 'part-end' ? this.passWaiting() : [];
  }

  /** Passes the parts that wait, up to the first incomplete tool call. */
  private async passWaiting(): Promise<readonly ModelEvent[]> {
    const passed: ModelEvent[] = [];
    for (const [index, events] of this.waiting) {
      const [first] = events;
      const end = events.at(-1);
      const isCall = first?.type === 'part-start' && first.part.type === 'tool-call';
      if (isCall && end?.type !== 'part-end') break;
      this.waiting.delete(index);
      if (isCall && end?.type === 'part-end') passed.push(...(await this.passCall(first, end, events)));
      else for (const event of events) passed.push(...(await this.pass(event)));
    }
    return passed;
  }

  private async passCall(
    start: PartEvent,
    end: PartEnd,
    events: readonly PartEvent[],
  ): Promise<readonly ModelEvent[]> {
    const part = this.restorer.part(end.part);
    await this.call.judgePart(part);
    if (part.type !== 'tool-call') return events;
    const json = part.invalid?.raw ?? JSON.stringify(part.args);
    const original = events.map((event) => (event.type === 'args-delta' ? event.json : '')).join('');
    // The original JSON may contain members that the checks have not seen, such as a repeated name.
    if (original === json) return events;
    return [start, { type: 'args-delta', index: end.index, json }, { ...end, part }];
  }

  private async pass(event: PartEvent): Promise<readonly ModelEvent[]> {
    switch (event.type) {
      case 'part-start':
        if (event.part.type !== 'tool-call') this.openPart(event.index, event.part.type);
        return [event];
      case 'text-delta':
      case 'reasoning-delta':
        return this.passText(event.index, event.type === 'text-delta' ? 'text' : 'reasoning', event.text);
      case 'args-delta':
        return [event];
      case 'part-end':
        return this.passEnd(event);
      default:
        return event satisfies never;
    }
  }

  private async passText(
    index: number,
    type: OpenPart['type'],
    text: string,
  ): Promise<readonly ModelEvent[]> {
    const part = this.open.get(index) ?? this.openPart(index, type);
    part.text += part.restore === undefined ? text : part.restore.push(text);
    const fresh = part.text.length - part.judged;
    if (!this.hasChecks || (fresh > 0 && fresh >= this.characters)) return this.release(part, false);
    if (fresh > 0) this.due ??= this.call.runner.clock.now() + this.ms;
    return [];
  }

  private async passEnd(event: PartEnd): Promise<readonly ModelEvent[]> {
    const part = this.restorer.part(event.part);
    const open = this.open.get(event.index);
    if (open !== undefined) open.text += open.restore?.end() ?? '';
    const events = open === undefined ? [] : await this.release(open, true);
    this.open.delete(event.index);
    // Some models add text in the end event of a part, without a delta.
    if ((part.type === 'text' || part.type === 'reasoning') && part.text.length !== (open?.shown ?? 0))
      await this.call.judge({ side: 'output', text: part.text });
    await this.call.judgePart(part);
    return [...events, part === event.part ? event : { ...event, part }];
  }

  private openPart(index: number, type: OpenPart['type']): OpenPart {
    const restore = type === 'text' ? this.restorer.stream() : undefined;
    const part = { index, type, restore, text: '', judged: 0, shown: 0 };
    this.open.set(index, part);
    return part;
  }

  /** Judges the new text of a part, and returns the text that the caller may receive. */
  private async release(part: OpenPart, isEnd: boolean): Promise<readonly ModelEvent[]> {
    const { index, type } = part;
    if (this.hasChecks && part.text.length > part.judged)
      await this.call.judge({ side: 'output', text: this.shown[type] + part.text });
    let end = isEnd ? part.text.length : Math.max(0, part.text.length - this.tail);
    if (!isEnd && this.hasChecks && HIGH_SURROGATE.test(part.text.charAt(end - 1))) end--;
    const text = part.text.slice(0, end);
    part.text = part.text.slice(end);
    part.judged = part.text.length;
    part.shown += text.length;
    if (this.hasChecks && this.context > 0) this.shown[type] = (this.shown[type] + text).slice(-this.context);
    if (![...this.open.values()].some((other) => other.text.length > other.judged)) this.due = undefined;
    return text === '' ? [] : [{ type: `${type}-delta`, index, text }];
  }
}
