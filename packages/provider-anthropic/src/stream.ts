import { LlmError } from '@majordomo/core';
import type { Replay } from '@majordomo/core';
import { keepWarm, unused, CLAUDE_FAMILY, Scribe, type WireReader } from '@majordomo/core/provider';
import { finishReason, mergeUsage, usage, type WireUsage } from './response.ts';

/**
 * A content block, whole or as it starts. Blocks of server tools and of types that came later have other
 * fields.
 */
interface WireBlock {
  readonly type?: string;
  readonly text?: string;
  readonly thinking?: string;
  readonly signature?: string;
  readonly data?: string;
  readonly id?: string;
  readonly name?: string;
  readonly input?: unknown;
}

interface WireDelta {
  readonly type?: string;
  readonly text?: string;
  readonly thinking?: string;
  readonly signature?: string;
  readonly partial_json?: string;
  readonly stop_reason?: string | null;
}

interface WireMessage {
  readonly id?: string;
  readonly content?: readonly WireBlock[];
  readonly stop_reason?: string | null;
  readonly usage?: WireUsage | null;
}

interface WireEvent {
  readonly type?: string;
  readonly index?: number;
  readonly message?: WireMessage;
  readonly content_block?: WireBlock;
  readonly delta?: WireDelta;
  readonly usage?: WireUsage | null;
  readonly error?: unknown;
}

/** The block that is open; the wire opens one at a time. */
interface OpenBlock {
  readonly index: number;
  readonly key: string;
  readonly type: string;
  /** Arguments that came whole with the block's start, for servers that send no deltas. */
  whole: string;
  signature: string;
}

const NO_BLOCK: OpenBlock = { index: -1, key: '', type: '', whole: '', signature: '' };

/** What a reader is made with. */
interface MessagesFacts {
  readonly scribe: Scribe;
  /** Makes the error of an `error` event or body. */
  readonly inBandError: (body: unknown) => LlmError;
}

/** Reads the Messages wire: server-sent events or one whole body. */
export class MessagesReader implements WireReader {
  readonly scribe: Scribe;
  done = false;
  private readonly inBandError: (body: unknown) => LlmError;
  private block = NO_BLOCK;
  private usage: WireUsage | undefined;
  private stopReason: string | undefined;

  constructor({ scribe, inBandError }: MessagesFacts) {
    this.scribe = scribe;
    this.inBandError = inBandError;
  }

  message(data: string, name?: string): void {
    if (name === 'error') throw this.inBandError(jsonOrText(data));
    const event = JSON.parse(data) as WireEvent | null;
    switch (event?.type) {
      case 'content_block_delta':
        this.delta(event.delta ?? this.missing('delta'), event.index);
        break;
      case 'content_block_start':
        this.blockStart(event.content_block ?? this.missing('content_block'), event.index ?? 0);
        break;
      case 'content_block_stop':
        this.blockStop();
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

  body(json: unknown): void {
    if (typeof json !== 'object' || json === null) throw this.drifted('');
    const message = json as WireMessage & WireEvent;
    if (message.type === 'error' || message.error !== undefined) throw this.inBandError(json);
    if (!Array.isArray(message.content)) throw this.drifted('content');
    this.start(message);
    message.content.forEach((block: WireBlock | null, index) => {
      this.blockStart(block, index);
      this.blockStop();
    });
    if (typeof message.stop_reason !== 'string') throw this.drifted('stop_reason');
    this.stopReason = message.stop_reason;
    this.finish();
  }

  end(): void {
    if (this.stopReason !== undefined) this.finish();
    else
      throw new LlmError('truncated', `${this.scribe.target} ended before its stop reason`, {
        target: this.scribe.target,
      });
  }

  private start(message: WireMessage): void {
    this.usage = message.usage ?? undefined;
    this.scribe.start(message.id);
  }

  private blockStart(block: WireBlock | null, index: number): void {
    if (typeof block?.type !== 'string') throw this.drifted(`content[${index}].type`);
    const { type } = block;
    const open: OpenBlock = { index, key: String(index), type, whole: '', signature: '' };
    this.block = open;
    switch (type) {
      case 'text':
        this.scribe.text(this.text(block.text, `content[${index}].text`), open.key);
        break;
      case 'thinking':
        this.scribe.reasoning(block.thinking ?? '', undefined, open.key);
        if (block.signature !== undefined && block.signature !== '') this.sign(open, block.signature);
        break;
      case 'redacted_thinking':
        this.scribe.reasoning(
          '',
          replayOf({ redacted: this.text(block.data, `content[${index}].data`) }),
          open.key,
        );
        break;
      case 'tool_use':
        this.scribe.toolCall(open.key, {
          id: block.id,
          name: this.text(block.name, `content[${index}].name`),
        });
        open.whole = wholeInput(block.input);
        break;
      default:
      // What ran at the vendor (server tools, MCP, code execution), compaction, and types that came later.
    }
  }

  private delta(delta: WireDelta, index: number | undefined): void {
    const open = this.block;
    if (index !== undefined && index !== open.index) return;
    switch (delta.type) {
      case 'text_delta':
        if (open.type === 'text') this.scribe.text(this.text(delta.text, 'delta.text'), open.key);
        break;
      case 'input_json_delta':
        if (open.type === 'tool_use')
          this.argumentsDelta(open, this.text(delta.partial_json, 'delta.partial_json'));
        break;
      case 'thinking_delta':
        if (open.type === 'thinking') {
          this.scribe.reasoning(this.text(delta.thinking, 'delta.thinking'), undefined, open.key);
        }
        break;
      case 'signature_delta':
        if (open.type === 'thinking') this.sign(open, this.text(delta.signature, 'delta.signature'));
        break;
      default:
      // Citations, and deltas that came later.
    }
  }

  private argumentsDelta(open: OpenBlock, json: string): void {
    if (json === '') return;
    open.whole = '';
    this.scribe.toolCall(open.key, { json });
  }

  private sign(open: OpenBlock, signature: string): void {
    open.signature += signature;
    this.scribe.reasoning('', replayOf({ signature: open.signature }), open.key);
  }

  private blockStop(): void {
    const { key, whole } = this.block;
    if (whole !== '') this.scribe.toolCall(key, { json: whole });
    this.scribe.end(key);
    this.block = NO_BLOCK;
  }

  /**
   * The stop reason is the finish signal. Where it came without the tokens, another `message_delta` may bring
   * them.
   */
  private messageDelta({ delta, usage: tokens }: WireEvent): void {
    if (tokens !== undefined && tokens !== null) this.usage = mergeUsage(this.usage, tokens);
    if (typeof delta?.stop_reason === 'string') this.stopReason = delta.stop_reason;
    if (this.stopReason !== undefined && tokens?.output_tokens !== undefined) this.finish();
  }

  private stop(): void {
    if (this.stopReason === undefined) {
      this.scribe.warning({
        action: 'repaired',
        what: 'finish reason',
        why: 'the stream stopped without one',
      });
    }
    this.finish();
  }

  private finish(): void {
    if (this.stopReason === 'pause_turn') {
      this.scribe.warning({
        action: 'dropped',
        what: 'blocks of tools that ran at the vendor',
        why: 'a transcript cannot hold them, so the paused turn goes on without them',
      });
    }
    this.done = true;
    this.scribe.finish(finishReason(this.stopReason), this.stopReason, usage(this.usage));
  }

  private text(value: unknown, path: string): string {
    return typeof value === 'string' ? value : this.missing(path);
  }

  private missing(path: string): never {
    throw this.drifted(path);
  }

  private drifted(path: string): LlmError {
    const { target } = this.scribe;
    return new LlmError('protocol', `${target} answered without "${path}"`, { target, path });
  }
}

keepWarm(() => new MessagesReader({ scribe: new Scribe('', []), inBandError: unused }));

const replayOf = (data: { readonly signature: string } | { readonly redacted: string }): Replay => ({
  family: CLAUDE_FAMILY,
  data,
});

/** The input as text; `{}` at the start of a stream only says that deltas follow. */
function wholeInput(input: unknown): string {
  if (input === undefined || input === null) return '';
  if (typeof input === 'object' && !Array.isArray(input) && Object.keys(input).length === 0) return '';
  return typeof input === 'string' ? input : JSON.stringify(input);
}

function jsonOrText(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return { error: { message: data } };
  }
}
