import { LlmError } from '@majordomo/core';
import type { Replay, Warning } from '@majordomo/core';
import { asRecord, asText, isList, isRecord } from '@majordomo/core/toolkit';
import {
  jsonText,
  EventWriter,
  UNTERMINATED_LINE,
  type WireReader,
  tokenLogprobs,
} from '@majordomo/wire-kit';
import {
  finishReason,
  promptCut,
  usage,
  type PromptSize,
  type WireAnswer,
  type WireChunk,
} from './response.ts';

const NO_MEDIA: Warning = {
  action: 'dropped',
  what: 'media in the answer',
  why: 'an answer holds text, reasoning and tool calls; images come from an image model',
};

/**
 * A line with a piece of text or reasoning and nothing else, as the server writes it: most lines of most answers (recorded
 * 2026-07 and 2026-08). Without an escape a string is what it looks like, a quarter of what parsing it costs. A longer piece
 * would keep all that came with it, as engines cut strings.
 */
const PIECE =
  /^\{"model":"[^"\\\p{Cc}]*","created_at":"[^"\\\p{Cc}]*","message":\{"role":"assistant","content":"([^"\\\p{Cc}]{0,12})"(?:,"thinking":"([^"\\\p{Cc}]{0,12})")?\},"done":false\}$/u;

export interface ChatReaderOptions {
  readonly scribe: EventWriter;
  /** Who may read this model's reasoning again. */
  readonly family: string;
  /** What was sent; asked at the end of the answer. */
  readonly prompt: () => PromptSize;
  /** What an error inside the stream means. */
  readonly toLlmError: (body: unknown) => LlmError;
}

/** Reads the lines of /api/chat, or its one object, into events. */
export class ChatReader implements WireReader {
  readonly writer: EventWriter;
  done = false;
  private readonly options: ChatReaderOptions;
  private readonly replay: Replay;
  private calls = 0;
  private toldMedia = false;

  constructor(options: ChatReaderOptions) {
    this.options = options;
    this.writer = options.scribe;
    this.replay = { family: options.family, data: null };
  }

  readMessage(data: string, event: string | undefined): void {
    // The first line says when the answer was made.
    const piece = this.writer.hasContent ? PIECE.exec(data) : null;
    if (piece === null) this.chunk(this.parsed(data, event === UNTERMINATED_LINE));
    else this.answer({ content: piece[1], thinking: piece[2] });
  }

  readBody(json: unknown): void {
    this.chunk(json);
  }

  end(): void {
    throw this.truncated();
  }

  private truncated(): LlmError {
    const { target } = this.writer;
    return new LlmError('truncated', `${target} stopped before its last line`, { target });
  }

  private parsed(data: string, mayLackItsEnd: boolean): unknown {
    try {
      return JSON.parse(data);
    } catch (cause) {
      if (mayLackItsEnd) throw this.truncated();
      throw new LlmError('protocol', `${this.writer.target} sent a line of broken JSON`, this.at(''), {
        cause,
      });
    }
  }

  private chunk(json: unknown): void {
    if (!isRecord(json)) throw this.drifted('');
    const chunk: WireChunk = json;
    if (chunk.error !== undefined && chunk.error !== null) throw this.options.toLlmError(chunk);
    // The wire has no response ids; the time of creation is the nearest to one, and made-up call ids hang on it.
    this.writer.start(asText(chunk.created_at));
    const { message } = chunk;
    if (message !== undefined && message !== null) this.answer(message);
    else if (chunk.done !== true) throw this.drifted('message');
    if (chunk.logprobs !== undefined) this.writer.logprobs(tokenLogprobs(chunk.logprobs));
    if (chunk.done === true) this.finish(chunk);
  }

  private answer({ thinking, content, images, tool_calls: calls }: WireAnswer): void {
    if (typeof thinking === 'string' && thinking !== '') this.writer.reasoning(thinking, this.replay);
    if (typeof content === 'string') {
      if (content !== '') this.writer.text(content);
    } else if (content !== undefined && content !== null) {
      throw this.drifted('message.content');
    }
    if (isList(images) && images.length > 0 && !this.toldMedia) {
      this.toldMedia = true;
      this.writer.warning(NO_MEDIA);
    }
    if (calls === undefined || calls === null) return;
    if (!Array.isArray(calls)) throw this.drifted('message.tool_calls');
    for (const [n, call] of calls.entries()) this.toolCall(call, `message.tool_calls[${n}]`);
  }

  /** Calls come whole. Their arguments are an object; a string is what some proxies make of it. */
  private toolCall(call: unknown, path: string): void {
    const { function: called, id } = asRecord(call);
    const { name, arguments: args } = asRecord(called);
    if (typeof name !== 'string' || name === '') throw this.drifted(`${path}.function.name`);
    const key = `call ${this.calls++}`;
    const json = typeof args === 'string' ? args : args === undefined || args === null ? '' : jsonText(args);
    this.writer.toolCall(key, { id: asText(id), name, json });
    this.writer.end(key);
  }

  private finish(chunk: WireChunk): void {
    const raw = asText(chunk.done_reason);
    if (raw === undefined) {
      this.writer.warning({ action: 'repaired', what: 'finish reason', why: 'the answer ended without one' });
    }
    const cut = promptCut(this.options.prompt(), chunk.prompt_eval_count);
    if (cut !== undefined) this.writer.warning(cut);
    this.writer.finish(finishReason(raw, this.calls > 0), raw, usage(chunk));
    this.done = true;
  }

  private drifted(path: string): LlmError {
    const where = path === '' ? 'an object' : `"${path}"`;
    return new LlmError(
      'protocol',
      `${this.writer.target} answered without ${where} of the known form`,
      this.at(path),
    );
  }

  private at(path: string): { readonly target: string; readonly path: string } {
    return { target: this.writer.target, path };
  }
}
