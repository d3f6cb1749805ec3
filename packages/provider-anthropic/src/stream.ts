import { LlmError, type Usage } from '@majordomo/core';
import { EventWriter, type WireReader } from '@majordomo/wire-kit';
import { ContentBlocks, without, type BlockEvent, type WireBlock } from './content-blocks.ts';
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

/** What a reader is made with. */
interface MessagesFacts {
  readonly scribe: EventWriter;
  /** Who can read the replay tokens of this server. */
  readonly family: string;
  /** Makes the error of an `error` event or body. */
  readonly inBandError: (body: unknown) => LlmError;
  /** Receives the usage that arrives before the end: see `ModelContext.reportUsage`. */
  readonly reportUsage?: ((usage: Usage) => void) | undefined;
}

/** Reads the Messages wire: server-sent events or one whole body. */
export class MessagesReader implements WireReader {
  readonly writer: EventWriter;
  done = false;
  private readonly inBandError: (body: unknown) => LlmError;
  private readonly reportUsage: MessagesFacts['reportUsage'];
  private readonly blocks: ContentBlocks;
  private hasBegun = false;
  private id: string | undefined;
  private usage: WireUsage | undefined;
  private stopReason: string | undefined;
  private stopDetails: WireStopDetails | null | undefined;

  constructor({ scribe, family, inBandError, reportUsage }: MessagesFacts) {
    this.writer = scribe;
    this.blocks = new ContentBlocks({ scribe, family });
    this.inBandError = inBandError;
    this.reportUsage = reportUsage;
  }

  readMessage(data: string, name?: string): void {
    if (name === 'error') throw this.inBandError(jsonOrText(data));
    const event = JSON.parse(data) as WireEvent | null;
    switch (event?.type) {
      case 'content_block_start':
        // The count of `message_start` does not include the output that follows.
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
        throw this.inBandError(event);
      default:
        // `ping`, and event types that came later. An error may come without its type.
        if (event?.error !== undefined) throw this.inBandError(event);
    }
  }

  readBody(json: unknown): void {
    if (typeof json !== 'object' || json === null) throw this.drifted('');
    const message = json as WireMessage & WireEvent;
    if (message.type === 'error' || message.error !== undefined) throw this.inBandError(json);
    if (!Array.isArray(message.content)) throw this.drifted('content');
    this.start(message);
    message.content.forEach((block: WireBlock | null, index) => {
      this.blocks.whole(block, index);
    });
    if (typeof message.stop_reason !== 'string') throw this.drifted('stop_reason');
    this.stopReason = message.stop_reason;
    this.stopDetails = message.stop_details;
    this.finish();
  }

  end(): void {
    if (this.stopReason !== undefined) this.finish();
    else
      throw new LlmError('truncated', `${this.writer.target} ended before its stop reason`, {
        target: this.writer.target,
      });
  }

  /**
   * Some gateways say it twice. Another id is another answer: its server lost the vendor and began again on the same stream,
   * so that the parts so far belong to nothing (vercel/ai#18331, 2026-08).
   */
  private start(message: WireMessage): void {
    const { target } = this.writer;
    if (this.hasBegun && message.id !== this.id)
      throw new LlmError('truncated', `${target} began another answer before the first one ended`, {
        target,
      });
    if (!this.hasBegun) this.usage = message.usage ?? undefined;
    this.report();
    this.hasBegun = true;
    this.id = message.id;
    this.writer.start(message.id);
  }

  /**
   * The stop reason is the finish signal. Where it came without the tokens, another `message_delta` may bring
   * them.
   */
  private messageDelta({ delta, usage: tokens }: WireEvent): void {
    if (tokens !== undefined && tokens !== null) this.usage = mergeUsage(this.usage, tokens);
    if (typeof delta?.stop_reason === 'string') this.stopReason = delta.stop_reason;
    this.stopDetails = delta?.stop_details ?? this.stopDetails;
    if (this.stopReason !== undefined && tokens?.output_tokens !== undefined) this.finish();
  }

  private stop(): void {
    if (this.stopReason === undefined) {
      this.writer.warning({
        action: 'repaired',
        what: 'finish reason',
        why: 'the stream stopped without one',
      });
    }
    this.finish();
  }

  private finish(): void {
    this.blocks.flush();
    this.done = true;
    const reason = finishReason(this.stopReason, this.blocks.hasCalls);
    this.writer.finish(reason, this.stopReason, usage(this.usage), stopDetails(this.stopDetails));
  }

  private report(unknown?: { readonly output: undefined }): void {
    const reported = usage(this.usage);
    if (reported !== undefined) this.reportUsage?.({ ...reported, ...unknown });
  }

  private missing(path: string): never {
    throw this.drifted(path);
  }

  private drifted(path: string): LlmError {
    return without(path, this.writer.target);
  }
}

function jsonOrText(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return { error: { message: data } };
  }
}
