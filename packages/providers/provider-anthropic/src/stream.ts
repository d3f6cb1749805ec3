import { LlmError, type JsonObject, type Usage } from '@majordomo/core';
import { asNumber, asText } from '@majordomo/core/toolkit';
import { EventWriter, tryParseJson, type WireReader } from '@majordomo/wire-kit';
import { otherMembers } from '@majordomo/wire-kit/internal';
import { ContentBlocks, missingMember, type BlockEvent, type WireBlock } from './content-blocks.ts';
import { containerPart } from './container.ts';
import { containerOf, type MessagesFacts } from './facts.ts';
import {
  finishReason,
  mergeUsage,
  stopDetails,
  usage,
  type WireStopDetails,
  type WireUsage,
} from './response.ts';

interface WireMessage {
  readonly id?: string;
  readonly model?: string;
  readonly container?: unknown;
  readonly stop_sequence?: string | null;
  readonly content?: readonly WireBlock[];
  readonly stop_reason?: string | null;
  readonly stop_details?: WireStopDetails | null;
  readonly usage?: WireUsage | null;
}

interface WireEvent extends BlockEvent {
  readonly message?: WireMessage;
  readonly usage?: WireUsage | null;
  readonly error?: unknown;
}

interface MessagesReaderOptions {
  readonly writer: EventWriter;
  /** Id of the group of models that accept reasoning and vendor blocks of this server. */
  readonly family: string;
  /** Creates the error of an `error` event or body. */
  readonly inBandError: (body: unknown) => LlmError;
  /** Function that receives usage before the end of the response. See `ModelContext.reportUsage`. */
  readonly reportUsage?: ((usage: Usage) => void) | undefined;
}

/** Converts a response of the Messages API to events. The response is a stream of server-sent events or a non-streaming body. */
export class MessagesReader implements WireReader {
  readonly writer: EventWriter;
  done = false;
  private readonly options: MessagesReaderOptions;
  private readonly blocks: ContentBlocks;
  private hasStarted = false;
  private id: string | undefined;
  private usage: WireUsage | undefined;
  private stopReason: string | undefined;
  private stopDetails: WireStopDetails | null | undefined;
  private container: MessagesFacts['container'];
  /** Members of the first message of a stream that nothing else represents. */
  private firstOther: JsonObject | undefined;

  constructor(options: MessagesReaderOptions) {
    this.options = options;
    this.writer = options.writer;
    this.blocks = new ContentBlocks(options);
  }

  readMessage(data: string, name?: string): void {
    if (name === 'error') throw this.options.inBandError(tryParseJson(data) ?? { error: { message: data } });
    const event = JSON.parse(data) as WireEvent | null;
    switch (event?.type) {
      case 'content_block_start':
        // The output count in `message_start` does not include the output of later events.
        this.report({ output: undefined });
        this.blocks.event(event);
        break;
      case 'content_block_delta':
      case 'content_block_stop':
        this.blocks.event(event);
        break;
      case 'message_start':
        this.start(event.message ?? this.missing('message'));
        break;
      case 'message_delta':
        this.messageDelta(event);
        break;
      case 'message_stop':
        this.stop();
        break;
      case 'error':
        throw this.options.inBandError(event);
      default:
        // Ignore `ping` and newer event types. An error event may arrive without a type.
        if (event?.error !== undefined) throw this.options.inBandError(event);
    }
  }

  readBody(json: unknown): void {
    if (typeof json !== 'object' || json === null) this.missing('');
    const message = json as WireMessage & WireEvent;
    if (message.type === 'error' || message.error !== undefined) throw this.options.inBandError(json);
    if (!Array.isArray(message.content)) this.missing('content');
    this.start(message);
    this.readFacts(message);
    message.content.forEach((block: WireBlock | null, index) => {
      this.blocks.completeBlock(block, index);
    });
    if (typeof message.stop_reason !== 'string') this.missing('stop_reason');
    this.stopReason = message.stop_reason;
    this.stopDetails = message.stop_details;
    this.finish();
  }

  get isComplete(): boolean {
    return this.stopReason !== undefined;
  }

  end(): void {
    if (this.isComplete) this.finish();
    else
      throw new LlmError(
        'truncated',
        `${this.writer.target}: the stream ended without a stop reason; error.details.partial contains the content that arrived`,
        { target: this.writer.target },
      );
  }

  /**
   * Processes `message_start`. Some gateways repeat this event. If the repeated event has another id, the server called the
   * vendor again within the same stream, so the earlier parts are invalid (vercel/ai#18331, 2026-08).
   */
  private start(message: WireMessage): void {
    const { target } = this.writer;
    if (this.hasStarted && message.id !== this.id)
      throw new LlmError('truncated', `${target}: another response started before the first one ended`, {
        target,
      });
    if (!this.hasStarted) this.usage = message.usage ?? undefined;
    this.report();
    this.hasStarted = true;
    this.id = message.id;
    this.writer.start(message.id, message.model);
    this.container = containerOf(message.container);
    this.firstOther = otherMembers(message, MESSAGE_MEMBERS);
    this.writer.facts<MessagesFacts>({
      wire: 'anthropic-messages',
      container: this.container,
      other: this.firstOther,
    });
  }

  /** Reads the facts of a complete message, or of the delta and the event at its end. */
  private readFacts(message: Pick<WireMessage, 'container' | 'stop_sequence'>, event: object = {}): void {
    this.container = containerOf(message.container) ?? this.container;
    const ofMessage = otherMembers(message, MESSAGE_MEMBERS);
    const ofEvent = otherMembers(event, MESSAGE_MEMBERS);
    this.writer.facts<MessagesFacts>({
      stopSequence: asText(message.stop_sequence),
      container: this.container,
      other: ofMessage || ofEvent ? { ...this.firstOther, ...ofMessage, ...ofEvent } : this.firstOther,
    });
  }

  /** Processes a stop reason and cumulative usage. Any number of such events may precede `message_stop`. */
  private messageDelta(event: WireEvent): void {
    const { delta, usage: tokens } = event;
    if (delta !== undefined) this.readFacts(delta, { ...event, delta: undefined });
    if (tokens !== undefined && tokens !== null) this.usage = mergeUsage(this.usage, tokens);
    if (typeof delta?.stop_reason === 'string') this.stopReason = delta.stop_reason;
    this.stopDetails = delta?.stop_details ?? this.stopDetails;
    // Some servers send the stop reason before the count of the output.
    if (this.isComplete && asNumber(tokens?.output_tokens)) this.report();
  }

  private stop(): void {
    if (this.stopReason === undefined) {
      this.writer.warning({
        action: 'repaired',
        what: 'finish reason',
        why: 'the stream ended without one',
      });
    }
    this.finish();
  }

  private finish(): void {
    const { container } = this;
    this.blocks.flush();
    this.done = true;
    if (container !== undefined) this.writer.vendor(containerPart(container, this.options.family));
    const reason = finishReason(this.stopReason, this.blocks.hasCalls);
    const used = usage(this.usage, this.blocks.hasFallback, this.blocks.programs);
    this.writer.finish(reason, this.stopReason, used, stopDetails(this.stopDetails));
  }

  private report(uncounted?: { readonly output: undefined }): void {
    const reported = usage(this.usage, this.blocks.hasFallback, this.blocks.programs);
    if (reported !== undefined) this.options.reportUsage?.({ ...reported, ...uncounted });
  }

  private missing(path: string): never {
    throw missingMember(path, this.writer.target);
  }
}

/** Members of a message, of its last delta and of the event of that delta, that are read elsewhere. */
const MESSAGE_MEMBERS: ReadonlySet<string> = new Set([
  'id',
  'type',
  'role',
  'model',
  'content',
  'usage',
  'error',
  'stop_reason',
  'stop_details',
  'stop_sequence',
  'container',
]);
