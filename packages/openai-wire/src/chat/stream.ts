import { LlmError, type Citation, type FinishReason, type Usage } from '@majordomo/core';
import { isList } from '@majordomo/core/toolkit';
import { EventWriter, tokenLogprobs, type WireReader } from '@majordomo/wire-kit';
import { Answer } from './answer.ts';
import { drift } from '../reading/drift.ts';
import { inBandError } from '../failure/error-body.ts';
import type { ChatQuirks } from './quirks.ts';
import { reasoningText, thinkingText } from './reasoning.ts';
import { failedFinish, finishReason } from './response.ts';
import { citationsOf, foundBy, referencesOf, sourcesOf } from '../reading/citations.ts';
import { isEndMarker, parseMessage, unreadable } from '../reading/message.ts';
import { Notes } from '../reading/warn-once.ts';
import type { Absences } from '../schema/strict-tools.ts';
import { usage } from './usage.ts';
import type { ChatChunk, ChatDelta, ContentBlock, RawTimes, RawUsage } from './wire.ts';

/** What a reader has to know next to what comes. */
export interface ChatReaderOptions {
  /** Writes the events; its target stands in errors. */
  readonly scribe: EventWriter;
  /** Who may read this model's reasoning again: see `chatReasoningFamily`. */
  readonly family: string;
  /** Of the model that answers: only what changes how an answer is read. */
  readonly quirks: Pick<ChatQuirks, 'reasoningTokens'> &
    Partial<Pick<ChatQuirks, 'thinkTags' | 'signedDetails'>>;
  /** What `toWire` said of schemas that were rewritten. */
  readonly absences?: Absences | undefined;
  /** What no error may show; asked when there is one. */
  readonly secrets?: (() => readonly string[]) | undefined;
}

/**
 * Reads Chat Completions, streamed or whole, into events. Liberal: every name and place that a server was seen to
 * use is read, whatever its profile; what decides is in the message, never who sent it.
 */
export class ChatReader implements WireReader {
  readonly writer: EventWriter;
  done = false;
  private readonly options: ChatReaderOptions;
  private readonly answer: Answer;
  private rawFinish: string | undefined;
  /** More came after a finish reason: Together gives one after every tool call (2026). */
  private goesOn = false;
  private rawUsage: RawUsage | undefined;
  private serviceTier: unknown;
  private times: RawTimes | undefined;
  /** Of the whole answer; each chunk tells them again. */
  private sources: readonly Citation[] = [];
  private isRefused = false;
  private isNamed = false;
  private readonly notes: Notes;

  constructor(options: ChatReaderOptions) {
    this.options = options;
    this.writer = options.scribe;
    this.answer = new Answer(options);
    this.notes = new Notes(options.scribe);
  }

  readMessage(data: string, event: string | undefined): void {
    if (isEndMarker(data)) {
      this.finish();
      return;
    }
    const chunk: ChatChunk = parseMessage(data, this.writer.target);
    if (event === 'error' || isError(chunk)) {
      throw this.inBand(chunk, undefined);
    }
    this.take(chunk, false);
  }

  readBody(json: unknown): void {
    const { target } = this.writer;
    if (typeof json !== 'object' || json === null) throw drift(target, '', json);
    const body: ChatChunk = json;
    if (isError(body)) throw this.inBand(json, 200);
    if (!isList(body.choices)) throw drift(target, 'choices', body.choices);
    const choice = body.choices[0];
    if (!choice) throw drift(target, 'choices[0]', choice);
    // A blocked answer comes without a message.
    if (!choice.message && !choice.delta && choice.finish_reason !== 'content_filter') {
      throw drift(target, 'choices[0].message', choice.message);
    }
    this.take(body, true);
    this.finish();
  }

  end(): void {
    if (this.rawFinish === undefined || this.goesOn) {
      const { target } = this.writer;
      throw new LlmError('truncated', `${target} stopped without a finish reason`, { target });
    }
    this.finish();
  }

  private inBand(body: unknown, status: number | undefined): LlmError {
    return inBandError(body, this.writer.target, this.options.secrets?.() ?? [], status);
  }

  private take(chunk: ChatChunk, isBody: boolean): void {
    try {
      this.chunk(chunk, isBody);
    } catch (error) {
      throw unreadable(error, this.writer.target, placeOf(isBody));
    }
  }

  private chunk(chunk: ChatChunk, isBody: boolean): void {
    if (!this.isNamed && typeof chunk.id === 'string' && chunk.id !== '') {
      this.isNamed = true;
      this.writer.start(chunk.id);
    }
    const choices = chunk.choices ?? NONE;
    const choice = choices[0];
    const raw = choice?.finish_reason;
    const counts = chunk.usage ?? choice?.usage ?? (raw ? ownUsage(chunk) : undefined);
    if (counts) {
      this.rawUsage = counts;
      this.serviceTier = chunk.service_tier ?? this.serviceTier;
      this.times = chunk.time_info ?? this.times;
    }
    const { citations, search_results: results } = chunk;
    if (citations?.length || results?.length) this.sources = sourcesOf(citations, results);
    if (!choice) return;
    const isOther = (choice.index ?? 0) !== 0;
    if (isOther || choices.length > 1) this.notes.tell('choices[1]', 'one answer is read');
    if (isOther) return;
    if (choice.logprobs) this.writer.logprobs(tokenLogprobs(choice.logprobs.content));
    // Where both are there, the message of a chunk repeats the deltas so far, and the delta of a body is empty.
    if (choice.message && (isBody || !choice.delta)) this.read(choice.message, true);
    else if (choice.delta) this.read(choice.delta, false);
    if (typeof raw === 'string' && raw !== '') {
      this.rawFinish = raw;
      this.goesOn = false;
    } else if (choice.delta?.content || choice.delta?.tool_calls?.length) {
      this.goesOn = true;
    }
  }

  private read(delta: ChatDelta, isWhole: boolean): void {
    const thought = reasoningText(delta);
    const details = delta.reasoning_details?.length ? delta.reasoning_details : undefined;
    if (thought !== '' || details !== undefined) this.answer.reasoning(thought, details);
    const { content } = delta;
    if (typeof content === 'string') {
      if (content !== '') this.answer.text(content);
    } else if (content !== undefined && content !== null) {
      this.blocks(content, isWhole);
    }
    if (typeof delta.refusal === 'string' && delta.refusal !== '') {
      this.isRefused = true;
      this.answer.refusal(delta.refusal);
    }
    if (delta.tool_calls || delta.function_call) this.toolCalls(delta, isWhole);
    if (delta.audio) this.notes.tell('audio', 'no part of this contract holds it');
    if (delta.images) this.notes.tell('images', 'no part of an answer holds them');
    if (delta.annotations?.length) this.answer.cite(citationsOf(delta.annotations));
    if (delta.executed_tools?.length) this.executed(delta.executed_tools);
  }

  /** Tools of a compound model: what they found is told, what they did cannot go back. */
  private executed(tools: readonly unknown[]): void {
    const found = foundBy(tools);
    if (found.length > 0) this.sources = found;
    this.notes.tell('executed tools', 'they ran at the vendor');
  }

  private blocks(content: readonly (ContentBlock | null)[], isWhole: boolean): void {
    if (!isList(content)) throw drift(this.writer.target, `${placeOf(isWhole)}.content`, content);
    for (const block of content) {
      if (block === null) continue;
      if (block.thinking !== undefined) {
        const thought = thinkingText(block);
        if (thought !== '') this.answer.reasoning(thought, undefined);
      } else if (typeof block.text === 'string' && block.text !== '') {
        this.answer.text(block.text);
      } else if (typeof block.text !== 'string') {
        const references = referencesOf(block);
        this.answer.cite(references);
        if (references.length > 0) continue;
        this.notes.tell(`content of type "${String(block.type)}"`, 'no part of an answer holds it');
      }
    }
  }

  private toolCalls({ tool_calls: calls, function_call: single }: ChatDelta, isWhole: boolean): void {
    const fragments = calls ?? NONE;
    if (!isList(fragments)) throw drift(this.writer.target, `${placeOf(isWhole)}.tool_calls`, fragments);
    for (let at = 0; at < fragments.length; at++) {
      const fragment = fragments[at];
      if (fragment) this.answer.fragment(fragment, isWhole, at);
    }
    if (single && fragments.length === 0) this.answer.fragment({ index: 0, function: single }, isWhole, 0);
  }

  private finish(): void {
    const { rawFinish: raw, writer } = this;
    const { target } = writer;
    const kind = failedFinish(raw);
    if (kind !== undefined) {
      throw new LlmError(kind, `${target} finished with "${raw ?? ''}"`, { target, code: raw });
    }
    if (finishReason(raw) === 'content-filter' && !writer.hasContent) {
      throw new LlmError('content-filter', `${target} blocked its answer`, { target, code: raw });
    }
    this.answer.cite(this.sources);
    this.answer.end();
    writer.start();
    if (raw === undefined) this.notes.tell('finish reason', 'the answer ended without one', 'repaired');
    writer.finish(this.reason(raw), raw, this.usage());
    this.done = true;
  }

  private usage(): Usage | undefined {
    const { rawUsage: counts, serviceTier, times } = this;
    return counts === undefined ? undefined : usage(counts, this.options.quirks, serviceTier, times);
  }

  private reason(raw: string | undefined): FinishReason {
    const reason = finishReason(raw);
    if (this.isRefused) return 'refusal';
    // Some say one word for the other (MiMo and gateways, 2026): the calls themselves decide.
    if (reason === 'stop' && this.answer.calls.any) return 'tool-calls';
    return reason === 'tool-calls' && !this.answer.calls.any && this.writer.hasContent ? 'stop' : reason;
  }
}

/** Is it an error in place of an answer, as it is said everywhere or as MiniMax says it? */
const isError = ({ error, base_resp: base }: ChatChunk): boolean =>
  (error !== undefined && error !== null) || (base?.status_code ?? 0) !== 0;

const NONE: readonly never[] = [];

const placeOf = (isWhole: boolean): string => (isWhole ? 'choices[0].message' : 'choices[0].delta');

/** Usage in a vendor's own member, such as `x_groq` (2024-2026), in the chunk with the finish reason. */
function ownUsage(chunk: ChatChunk): RawUsage | undefined {
  for (const [name, value] of Object.entries(chunk)) {
    if (!name.startsWith('x_') || typeof value !== 'object' || value === null) continue;
    const { usage: counts } = value as { readonly usage?: RawUsage | null };
    if (counts) return counts;
  }
  return undefined;
}
