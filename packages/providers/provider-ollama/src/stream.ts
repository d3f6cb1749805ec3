import { LlmError } from '@majordomo/core';
import type { Replay } from '@majordomo/core';
import { asRecord, asText, isList, isRecord } from '@majordomo/core/toolkit';
import { jsonText, EventWriter, type WireReader } from '@majordomo/wire-kit';
import {
  bytesOfBase64,
  generatedImage,
  UNTERMINATED_LINE,
  tokenLogprobs,
} from '@majordomo/wire-kit/internal';
import {
  factsOf,
  finishReason,
  promptCutWarning,
  usage,
  type PromptSize,
  type WireAnswer,
  type WireChunk,
} from './response.ts';

/**
 * Matches a line that contains only a fragment of text or reasoning without escapes. Most lines are of this form (recorded
 * 2026-07 and 2026-08). Not parsing these lines as JSON saves three quarters of the reading time. Longer fragments are
 * excluded, because a fragment keeps its complete line in memory.
 */
const PIECE =
  /^\{"model":"[^"\\\p{Cc}]*","created_at":"[^"\\\p{Cc}]*","message":\{"role":"assistant","content":"([^"\\\p{Cc}]{0,12})"(?:,"thinking":"([^"\\\p{Cc}]{0,12})")?\},"done":false\}$/u;

export interface ChatReaderOptions {
  readonly writer: EventWriter;
  /** Id of the group of models that accept this model's reasoning. */
  readonly family: string;
  /** Returns the size of the prompt. Called at the end of the response. */
  readonly prompt: () => PromptSize;
  /** Converts an error in the stream to an `LlmError`. */
  readonly toLlmError: (body: unknown) => LlmError;
}

/** Converts a response of /api/chat to events: lines of a stream, or one object. */
export class ChatReader implements WireReader {
  readonly writer: EventWriter;
  done = false;
  private readonly options: ChatReaderOptions;
  private readonly replay: Replay;
  /** Number of tool calls so far. */
  private calls = 0;

  constructor(options: ChatReaderOptions) {
    this.options = options;
    this.writer = options.writer;
    // The text of the reasoning is sent back, so there is no other data.
    this.replay = { family: options.family, data: null };
  }

  /** Converts a line. `event` is `UNTERMINATED_LINE` for a last line without a line feed. */
  readMessage(data: string, event: string | undefined): void {
    // The first line is parsed completely, because it contains the creation time.
    const piece = this.writer.hasContent ? PIECE.exec(data) : null;
    if (piece === null) this.readChunk(this.parseLine(data, event === UNTERMINATED_LINE));
    else this.readAnswer({ content: piece[1], thinking: piece[2] });
  }

  readBody(json: unknown): void {
    this.readChunk(json);
  }

  /** Called if the stream ends before a line with `done`. */
  end(): void {
    throw this.truncated();
  }

  private truncated(): LlmError {
    const { target } = this.writer;
    const message = `${target}: the stream ended before its last line; error.details.partial contains the content that arrived`;
    return new LlmError('truncated', message, { target });
  }

  private parseLine(data: string, mayBeIncomplete: boolean): unknown {
    try {
      return JSON.parse(data);
    } catch (cause) {
      if (mayBeIncomplete) throw this.truncated();
      const message = `${this.writer.target}: the response contains a line of invalid JSON`;
      throw new LlmError('protocol', message, this.details(''), { cause });
    }
  }

  private readChunk(json: unknown): void {
    if (!isRecord(json)) throw this.protocolError('');
    const chunk: WireChunk = json;
    if (chunk.error !== undefined && chunk.error !== null) throw this.options.toLlmError(chunk);
    // The API has no response ids. The ids of calls are derived from the creation time.
    this.writer.start(asText(chunk.created_at), chunk.model);
    const { message } = chunk;
    if (message !== undefined && message !== null) this.readAnswer(message);
    else if (chunk.done !== true) throw this.protocolError('message');
    if (chunk.logprobs !== undefined) this.writer.logprobs(tokenLogprobs(chunk.logprobs));
    if (chunk.done === true) this.finish(chunk);
  }

  private readAnswer({ thinking, content, images, tool_calls: calls }: WireAnswer): void {
    if (typeof thinking === 'string' && thinking !== '') this.writer.reasoning(thinking, this.replay);
    if (typeof content === 'string') {
      if (content !== '') this.writer.text(content);
    } else if (content !== undefined && content !== null) {
      throw this.protocolError('message.content');
    }
    if (isList(images)) for (const image of images) this.readImage(image);
    if (calls === undefined || calls === null) return;
    if (!Array.isArray(calls)) throw this.protocolError('message.tool_calls');
    for (const [n, call] of calls.entries()) this.toolCall(call, `message.tool_calls[${n}]`);
  }

  /** Writes an image in base64, which models for images send. */
  private readImage(image: unknown): void {
    const bytes = typeof image === 'string' ? bytesOfBase64(image) : undefined;
    if (bytes === undefined) throw this.protocolError('message.images');
    this.writer.media(generatedImage(bytes));
  }

  /** Writes a complete call. */
  private toolCall(call: unknown, path: string): void {
    const { function: called, id } = asRecord(call);
    const { name, arguments: args } = asRecord(called);
    if (typeof name !== 'string' || name === '') throw this.protocolError(`${path}.function.name`);
    const key = `call ${this.calls++}`;
    this.writer.toolCall(key, { id: asText(id), name, json: jsonOf(args) });
    this.writer.end(key);
  }

  private finish(chunk: WireChunk): void {
    const raw = asText(chunk.done_reason);
    if (raw === undefined) {
      this.writer.warning({
        action: 'repaired',
        what: 'finish reason',
        why: 'the response ended without one',
      });
    }
    this.writer.model(chunk.model);
    this.writer.facts(factsOf(chunk));
    const cutWarning = promptCutWarning(this.options.prompt(), chunk.prompt_eval_count);
    if (cutWarning !== undefined) this.writer.warning(cutWarning);
    this.writer.finish(finishReason(raw, this.calls > 0), raw, usage(chunk));
    this.done = true;
  }

  private protocolError(path: string): LlmError {
    const where = path === '' ? 'an object' : `"${path}"`;
    return new LlmError(
      'protocol',
      `${this.writer.target}: the response does not contain ${where} in a known form`,
      this.details(path),
    );
  }

  private details(path: string): { readonly target: string; readonly path: string } {
    return { target: this.writer.target, path };
  }
}

/** Returns arguments as JSON. They are an object, but some proxies send a string. */
function jsonOf(args: unknown): string {
  if (typeof args === 'string') return args;
  return args === undefined || args === null ? '' : jsonText(args);
}
