import type { StreamEvent, TextPart, ToolCallPart, Warning } from '@majordomo/core';
import { sseEvent } from '@majordomo/core/toolkit';
import { isWirePart, type WirePart } from '../response/citations.ts';
import { ArgumentsText } from '../response/arguments-text.ts';
import type { Refusal } from '../errors/refusal.ts';
import { namedEvent } from '../response/sse.ts';
import { argumentsText } from '../parsing/tools.ts';
import type { Writer } from '../wire.ts';
import { ResponseIds } from './response-ids.ts';
import {
  annotationsOf,
  calledOf,
  contentOf,
  envelope,
  failureOf,
  isBackground,
  itemOf,
  messageItem,
  outputText,
  refusalText,
  responsesUsage,
  statusOf,
  customInput,
  type Echo,
  type Item,
  type ResponseBody,
} from './response.ts';

type Finish = Extract<StreamEvent, { readonly type: 'finish' }>;
type Start = Extract<StreamEvent, { readonly type: 'part-start' }>;

const DONE = sseEvent('[DONE]');

/** Options of a writer. */
interface WriterOptions {
  /** Ids of the response and its items. `@default` new ids */
  readonly ids?: ResponseIds | undefined;
  /** Number of the last event that is omitted. `@default` -1, which omits no event */
  readonly after?: number | undefined;
}

/** Writer of a response as numbered events, one item after the other. At most one part of the response may be open. */
export class ResponsesWriter implements Writer {
  readonly ids: ResponseIds;
  protected readonly echo: Echo;
  private readonly warnings: Warning[] = [];
  private isStored: boolean;
  private readonly output: Item[] = [];
  private readonly after: number;
  private number = 0;
  private completedAt: number | undefined;
  private hasBegun = false;
  /** Id of the item that is being written. */
  protected id = '';
  private hasSummary = false;
  /** Whether the item that is being written is a refusal. */
  private isRefusal = false;
  private hasRefused = false;
  private args = new ArgumentsText();

  constructor(echo: Echo, { ids = new ResponseIds(), after = -1 }: WriterOptions = {}) {
    this.echo = echo;
    this.ids = ids;
    this.after = after;
    this.isStored = echo.isStored;
  }

  /** Returns the line that Open Responses requires at the end of a stream. Clients of OpenAI's API ignore it. */
  end(): string {
    return DONE;
  }

  fail(refusal: Refusal): string {
    const error = failureOf(refusal);
    const response = { ...this.envelope(), status: 'failed', error, output: this.output, usage: null };
    return this.begin() + this.event('response.failed', { response }) + DONE;
  }

  write(event: StreamEvent): string {
    switch (event.type) {
      case 'part-start':
        return this.begin() + this.start(event);
      case 'text-delta':
        return this.textDelta(event.text);
      case 'reasoning-delta':
        return this.summaryDelta(event.text);
      case 'args-delta':
        return this.argumentsDelta(this.args.push(event.json));
      case 'part-end':
        return isWirePart(event.part) ? this.partEnd(this.asStarted(event.part)) : '';
      case 'finish':
        return this.begin() + this.finish(event);
      case 'warning':
        this.warnings.push(event.warning);
        return '';
      case 'start':
      case 'reset':
      case 'continued':
        return '';
    }
  }

  private envelope(): object {
    return envelope(this.ids.response, { ...this.echo, isStored: this.isStored }, this.warnings);
  }

  /** Whether an item was written. */
  get hasItems(): boolean {
    return this.id !== '';
  }

  /** Whether the item that is being written is a call of a custom tool, whose ids begin with `ctc_`. */
  private get isCustomCall(): boolean {
    return this.id.startsWith('ctc_');
  }

  /** Returns the first events, unless they are already written. */
  begin(): string {
    if (this.hasBegun) return '';
    this.hasBegun = true;
    const response = { ...this.envelope(), status: 'in_progress', output: [], usage: null };
    const created = isBackground(this.echo) ? { ...response, status: 'queued' } : response;
    return (
      this.event('response.created', { response: created }) + this.event('response.in_progress', { response })
    );
  }

  /** Number of the next event. */
  get nextNumber(): number {
    return this.number;
  }

  /** Sets the number of the next event, which must be higher than the numbers of the earlier events. */
  set nextNumber(number: number) {
    this.number = number;
  }

  private start({ part }: Start): string {
    this.hasSummary = false;
    this.isRefusal = part.type === 'text' && part.isRefusal === true;
    this.hasRefused ||= this.isRefusal;
    this.args = new ArgumentsText();
    const added = this.startItem(this.opened(part));
    if (part.type !== 'text') return added;
    const content = this.isRefusal ? refusalText('') : outputText('');
    return added + this.event('response.content_part.added', { ...this.inItem(), part: content });
  }

  /** Returns the event that adds an item. */
  protected startItem(item: Item): string {
    this.id = item.id;
    return this.event('response.output_item.added', { output_index: this.output.length, item });
  }

  /** Adds an item to the response, and returns its last event. */
  protected endItem(item: Item): string {
    const done = this.event('response.output_item.done', { output_index: this.output.length, item });
    this.output.push(item);
    return done;
  }

  /** Returns an item without content, for the event that adds the item. */
  private opened(part: Start['part']): Item {
    switch (part.type) {
      case 'text':
        return messageItem(this.ids.item('msg_'), [], 'in_progress');
      case 'reasoning':
        return { type: 'reasoning', id: this.ids.item('rs_'), summary: [] };
      case 'tool-call': {
        const { called, isCustom } = calledOf(part, this.echo);
        const started = { ...called, status: 'in_progress' };
        return isCustom
          ? { type: 'custom_tool_call', id: this.ids.item('ctc_'), ...started, input: '' }
          : { type: 'function_call', id: this.ids.item('fc_'), ...started, arguments: '' };
      }
    }
  }

  private textDelta(delta: string): string {
    return this.isRefusal
      ? this.event('response.refusal.delta', { ...this.inItem(), delta })
      : this.event('response.output_text.delta', { ...this.inItem(), delta, logprobs: [] });
  }

  private summaryDelta(delta: string): string {
    const part = { type: 'summary_text', text: '' };
    const added = this.hasSummary
      ? ''
      : this.event('response.reasoning_summary_part.added', { ...this.inSummary(), part });
    this.hasSummary = true;
    return added + this.event('response.reasoning_summary_text.delta', { ...this.inSummary(), delta });
  }

  /** Returns the part, marked as a refusal if it began as a refusal. A target that continues a refusal ends the part as text. */
  private asStarted(part: WirePart): WirePart {
    return this.isRefusal && part.type === 'text' ? { ...part, isRefusal: true } : part;
  }

  private partEnd(part: WirePart): string {
    const item = itemOf(part, this.echo, () => this.id);
    return this.doneOf(part) + this.endItem(item);
  }

  private doneOf(part: WirePart): string {
    switch (part.type) {
      case 'text':
        return (
          this.textEnd(part) +
          this.event('response.content_part.done', { ...this.inItem(), part: contentOf(part) })
        );
      case 'reasoning':
        return this.hasSummary ? this.summaryEnd(part.text) : '';
      case 'tool-call':
        return this.isCustomCall ? this.customEnd(customInput(part)) : this.callEnd(part);
    }
  }

  private textEnd(part: TextPart): string {
    if (this.isRefusal) return this.event('response.refusal.done', { ...this.inItem(), refusal: part.text });
    const added = annotationsOf(part).map((annotation, at) => {
      const members = { ...this.inItem(), annotation_index: at, annotation };
      return this.event('response.output_text.annotation.added', members);
    });
    const done = { ...this.inItem(), text: part.text, logprobs: [] };
    return added.join('') + this.event('response.output_text.done', done);
  }

  private callEnd(part: ToolCallPart): string {
    const complete = argumentsText(part);
    return (
      this.argumentsDelta(this.args.end(part, { complete, asWritten: true })) +
      this.event('response.function_call_arguments.done', {
        ...this.ofItem(),
        name: this.echo.known.get(part.name)?.name ?? part.name,
        arguments: complete,
      })
    );
  }

  private argumentsDelta(delta: string): string {
    if (delta === '' || this.isCustomCall) return '';
    return this.event('response.function_call_arguments.delta', { ...this.ofItem(), delta });
  }

  private summaryEnd(text: string): string {
    return (
      this.event('response.reasoning_summary_text.done', { ...this.inSummary(), text }) +
      this.event('response.reasoning_summary_part.done', {
        ...this.inSummary(),
        part: { type: 'summary_text', text },
      })
    );
  }

  /** Returns the events with the complete input of a custom tool. Its deltas were not sent, because they are parts of JSON. */
  private customEnd(input: string): string {
    return (
      this.event('response.custom_tool_call_input.delta', { ...this.ofItem(), delta: input }) +
      this.event('response.custom_tool_call_input.done', { ...this.ofItem(), input })
    );
  }

  /** Returns the complete response, which the last event contains. */
  response({ reason, usage }: Finish): ResponseBody {
    const status = statusOf(reason, this.hasRefused);
    // The stored response and the last event contain the same time.
    this.completedAt ??= this.echo.now();
    return {
      ...this.envelope(),
      ...status,
      completed_at: this.completedAt,
      output: this.output,
      usage: responsesUsage(usage),
    };
  }

  /** Marks the response as not stored in all further events. */
  setNotStored(): void {
    this.isStored = false;
  }

  private finish(event: Finish): string {
    return this.last(this.response(event));
  }

  /** Returns the last event, with a complete response. The wire has no event for a cancelled response. */
  last(response: Readonly<Record<string, unknown>>): string {
    const { status } = response;
    const name = status === 'completed' || status === 'incomplete' ? status : 'failed';
    return this.event(`response.${name}`, { response });
  }

  /** Returns an event that ends the stream, and that is not an event of the response. */
  error(code: string, message: string): string {
    return namedEvent('error', { code, message, param: null, sequence_number: this.number });
  }

  protected ofItem(): object {
    return { item_id: this.id, output_index: this.output.length };
  }

  /** Returns the position of the content of an item. A message has one content part. */
  private inItem(): object {
    return { ...this.ofItem(), content_index: 0 };
  }

  private inSummary(): object {
    return { ...this.ofItem(), summary_index: 0 };
  }

  protected event(type: string, members: object): string {
    const number = this.number++;
    return number > this.after ? namedEvent(type, { sequence_number: number, ...members }) : '';
  }
}
