import {
  LlmError,
  type Citation,
  type FinishReason,
  type JsonObject,
  type JsonValue,
  type Usage,
  type VendorPart,
} from '@majordomo/core';
import { asList, asRecord, asText, isList } from '@majordomo/core/toolkit';
import { EventWriter, OnceWarnings, type WireReader } from '@majordomo/wire-kit';
import { otherMembers, tokenLogprobs } from '@majordomo/wire-kit/internal';
import { AnswerWriter } from './answer.ts';
import { inBandError } from '../failure/in-band-error.ts';
import type { ChatFacts } from './facts.ts';
import { GeneratedMedia } from './generated-media.ts';
import type { ChatQuirks } from './quirks.ts';
import { reasoningText, thinkingText } from './reasoning.ts';
import { errorKindOfFinish, finishReason } from './finish-reason.ts';
import { ReplayedMembers } from './replayed-members.ts';
import { citationsOf, searchResultsOf, referencesOf, sourcesOf } from '../reading/citations.ts';
import { isEndMarker, parseMessage, unexpectedValueError, unreadableError } from '../reading/message.ts';
import type { ReaderOptions } from '../reading/reader-options.ts';
import { usage, withoutTotals } from './usage.ts';
import type { ChatChoice, ChatChunk, ChatDelta, ContentBlock, RawTimes, RawUsage } from './wire.ts';

export interface ChatReaderOptions extends ReaderOptions {
  /** Id of the group of models that can read this model's reasoning. See `chatReasoningFamily`. */
  readonly family: string;
  readonly quirks: Pick<ChatQuirks, 'reasoningTokens'> &
    Partial<Pick<ChatQuirks, 'thinkTags' | 'signedDetails' | 'replayedMembers'>>;
}

/** Converts a Chat Completions response to events. Accepts all known property names, regardless of the server's profile. */
export class ChatReader implements WireReader {
  readonly writer: EventWriter;
  done = false;
  private readonly options: ChatReaderOptions;
  private readonly answer: AnswerWriter;
  private readonly replayed: ReplayedMembers | undefined;
  private media: GeneratedMedia | undefined;
  /** Blocks of unknown types. They are not sent back, because no server defines them as input. */
  private readonly unknown: Omit<VendorPart, 'type'>[] = [];
  private rawFinish: string | undefined;
  /** Whether content arrived after the last finish reason. Together AI sends a finish reason after every tool call (2026). */
  private hasMore = false;
  private rawUsage: RawUsage | undefined;
  private serviceTier: unknown;
  private times: RawTimes | undefined;
  /** Sources of the response so far. Each chunk repeats the complete list. */
  private sources: readonly Citation[] = [];
  private isRefused = false;
  private hasId = false;
  /** Members of the response that have no other place. */
  private readonly other: Record<string, JsonValue> = {};
  private readonly warnings: OnceWarnings;

  constructor(options: ChatReaderOptions) {
    this.options = options;
    this.writer = options.writer;
    this.answer = new AnswerWriter(options);
    const { replayedMembers: names = NONE } = options.quirks;
    this.replayed = names.length > 0 ? new ReplayedMembers(names) : undefined;
    this.warnings = new OnceWarnings(options.writer);
  }

  readMessage(data: string, event: string | undefined): void {
    // The marker ends a response even without a finish reason. The end of the body alone does not, as `end` shows.
    if (isEndMarker(data)) {
      this.finish();
      return;
    }
    const chunk: ChatChunk = parseMessage(data, this.writer.target);
    if (event === 'error' || isError(chunk)) {
      throw this.inBand(chunk, undefined);
    }
    this.read(chunk, false);
  }

  readBody(json: unknown): void {
    const { target } = this.writer;
    if (typeof json !== 'object' || json === null) throw unexpectedValueError(target, '', json);
    const body: ChatChunk = json;
    if (isError(body)) throw this.inBand(json, 200);
    if (!isList(body.choices)) throw unexpectedValueError(target, 'choices', body.choices);
    const choice = body.choices[0];
    if (!choice) throw unexpectedValueError(target, 'choices[0]', choice);
    // A response that a content filter blocked may have no message.
    if (!choice.message && !choice.delta && choice.finish_reason !== 'content_filter') {
      throw unexpectedValueError(target, 'choices[0].message', choice.message);
    }
    this.read(body, true);
    this.finish();
  }

  end(): void {
    if (this.rawFinish === undefined || this.hasMore) {
      const { target } = this.writer;
      throw new LlmError(
        'truncated',
        `${target}: the stream ended without a finish reason; error.details.partial contains the content that arrived`,
        { target },
      );
    }
    this.finish();
  }

  private inBand(body: unknown, status: number | undefined): LlmError {
    return inBandError(body, this.writer.target, this.options.secrets?.() ?? [], status);
  }

  private read(chunk: ChatChunk, isBody: boolean): void {
    try {
      this.readChunk(chunk, isBody);
    } catch (error) {
      throw unreadableError(error, this.writer.target, pathOf(isBody));
    }
  }

  private readChunk(chunk: ChatChunk, isBody: boolean): void {
    if (!this.hasId && typeof chunk.id === 'string' && chunk.id !== '') {
      this.hasId = true;
      this.writer.start(chunk.id, chunk.model);
    }
    const choices = chunk.choices ?? NONE;
    const choice = choices[0];
    this.readUsage(chunk, choice, isBody);
    if (!choice || choice.finish_reason) this.readFacts(chunk, choice);
    const { citations, search_results: results } = chunk;
    if (citations?.length || results?.length) this.sources = sourcesOf(citations, results);
    if (!choice) return;
    const isOther = (choice.index ?? 0) !== 0;
    if (isOther || choices.length > 1) this.warnings.warn('choices[1]', 'only one choice is read');
    if (!isOther) this.readChoice(choice, isBody);
  }

  private readUsage(chunk: ChatChunk, choice: ChatChoice | null | undefined, isBody: boolean): void {
    const counts = chunk.usage ?? choice?.usage ?? (choice?.finish_reason ? vendorUsage(chunk) : undefined);
    if (!counts) return;
    this.rawUsage = counts;
    this.serviceTier = chunk.service_tier ?? this.serviceTier;
    this.times = chunk.time_info ?? this.times;
    const used = usage(counts, this.options.quirks, this.serviceTier, this.times);
    // Servers that send usage in each chunk count only the output that they have sent until then. The last chunk has no choice.
    const hasFinished = this.rawFinish !== undefined && !this.hasMore;
    const isTotal = isBody || hasFinished || !choice || Boolean(choice.finish_reason);
    this.options.reportUsage?.(isTotal ? used : withoutTotals(used));
  }

  private readChoice(choice: ChatChoice, isBody: boolean): void {
    if (choice.logprobs) this.writer.logprobs(tokenLogprobs(choice.logprobs.content));
    // If a choice has both, `message` repeats the previous deltas in a chunk, and `delta` is empty in a non-streaming body.
    if (choice.message && (isBody || !choice.delta)) this.readDelta(choice.message, true);
    else if (choice.delta) this.readDelta(choice.delta, false);
    const raw = choice.finish_reason;
    if (typeof raw === 'string' && raw !== '') {
      this.rawFinish = raw;
      this.hasMore = false;
    } else if (choice.delta?.content || choice.delta?.tool_calls?.length) {
      this.hasMore = true;
    }
  }

  /** Reads the facts in a chunk without content or with a finish reason. Other chunks repeat the facts. */
  private readFacts(chunk: ChatChunk, choice: ChatChoice | null | undefined): void {
    this.writer.model(chunk.model);
    const ofChoice = choice ? otherMembers(choice, CHOICE_MEMBERS) : undefined;
    const message = choice?.message ?? choice?.delta;
    const ofMessage = message ? otherMembers(message, MESSAGE_MEMBERS) : undefined;
    Object.assign(this.other, otherMembers(chunk, CHUNK_MEMBERS));
    if (ofChoice) this.other['choice'] = ofChoice;
    if (ofMessage) this.other['message'] = ofMessage;
    this.writer.facts<ChatFacts>({
      wire: 'openai-chat',
      systemFingerprint: asText(chunk.system_fingerprint),
      stopSequence: asText(choice?.stop_reason),
      other: Object.keys(this.other).length > 0 ? this.other : undefined,
    });
  }

  private readDelta(delta: ChatDelta, isComplete: boolean): void {
    const thought = reasoningText(delta);
    const details = delta.reasoning_details?.length ? delta.reasoning_details : undefined;
    if (thought !== '' || details !== undefined) this.answer.reasoning(thought, details);
    const { content } = delta;
    if (typeof content === 'string') {
      if (content !== '') this.answer.text(content);
    } else if (content !== undefined && content !== null) {
      this.blocks(content, isComplete);
    }
    if (typeof delta.refusal === 'string' && delta.refusal !== '') {
      this.isRefused = true;
      this.answer.refusal(delta.refusal);
    }
    // Cite before the calls, which end the text.
    if (delta.annotations?.length) this.answer.cite(citationsOf(delta.annotations));
    if (delta.tool_calls || delta.function_call) this.toolCalls(delta, isComplete);
    if (delta.audio) this.audio(delta.audio);
    if (delta.images) (this.media ??= new GeneratedMedia()).readImages(delta.images);
    if (delta.executed_tools?.length) this.executed(delta.executed_tools);
    this.replayed?.read(delta);
  }

  private audio(audio: unknown): void {
    const transcript = (this.media ??= new GeneratedMedia()).readAudio(audio);
    this.answer.text(transcript);
    const facts = otherMembers(asRecord(audio), AUDIO_MEMBERS);
    if (facts !== undefined)
      this.other['audio'] = { ...asRecord(this.other['audio']), ...facts } as JsonObject;
  }

  /** Processes the search results of tools that the vendor ran. The calls of these tools cannot be sent back. */
  private executed(tools: readonly unknown[]): void {
    const found = searchResultsOf(tools);
    if (found.length > 0) this.sources = found;
    this.other['executed_tools'] = [...asList(this.other['executed_tools']), ...tools] as JsonValue[];
    this.warnings.warn('executed tools', 'they ran at the vendor');
  }

  private blocks(content: readonly (ContentBlock | null)[], isComplete: boolean): void {
    if (!isList(content))
      throw unexpectedValueError(this.writer.target, `${pathOf(isComplete)}.content`, content);
    for (const block of content) {
      if (block === null) continue;
      if (block.thinking !== undefined) {
        const thought = thinkingText(block);
        if (thought !== '') this.answer.reasoning(thought, undefined);
      } else if (typeof block.text === 'string') {
        if (block.text !== '') this.answer.text(block.text);
      } else {
        this.otherBlock(block);
      }
    }
  }

  /** Cites the references of a block. Stores an image until the end, and any other block as a vendor part. */
  private otherBlock(block: ContentBlock): void {
    const references = referencesOf(block);
    this.answer.cite(references);
    if (references.length > 0) return;
    if (block['image_url'] !== undefined) {
      (this.media ??= new GeneratedMedia()).readImage(block);
      return;
    }
    const data = { block: { ...block } as JsonObject };
    this.unknown.push({
      kind: asText(block.type) ?? 'content',
      replay: { family: this.options.family, data },
    });
  }

  private toolCalls({ tool_calls: calls, function_call: single }: ChatDelta, isComplete: boolean): void {
    const fragments = calls ?? NONE;
    if (!isList(fragments))
      throw unexpectedValueError(this.writer.target, `${pathOf(isComplete)}.tool_calls`, fragments);
    for (let at = 0; at < fragments.length; at++) {
      const fragment = fragments[at];
      if (fragment) this.answer.toolCall(fragment, isComplete, at);
    }
    if (single && fragments.length === 0) this.answer.toolCall({ index: 0, function: single }, isComplete, 0);
  }

  private finish(): void {
    const { rawFinish: raw, writer } = this;
    const { target } = writer;
    const kind = errorKindOfFinish(raw);
    if (kind !== undefined) {
      throw new LlmError(kind, `${target}: the response ended with the finish reason "${raw ?? ''}"`, {
        target,
        code: raw,
      });
    }
    if (finishReason(raw) === 'content-filter' && !writer.hasContent) {
      throw new LlmError('content-filter', `${target}: the vendor blocked the response`, {
        target,
        code: raw,
      });
    }
    this.answer.cite(this.sources);
    this.answer.end();
    for (const part of this.unknown) writer.vendor(part);
    this.media?.end(writer);
    const replayedPart = this.replayed?.part(this.options.family);
    if (replayedPart !== undefined) writer.vendor(replayedPart);
    // A response with neither an id nor content has no `start` event yet.
    writer.start();
    if (raw === undefined) this.warnings.warn('finish reason', 'the response ended without one', 'repaired');
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
    // Some servers send the wrong reason (MiMo and gateways, 2026), so the presence of tool calls determines the reason.
    if (reason === 'stop' && this.answer.calls.hasCalls) return 'tool-calls';
    return reason === 'tool-calls' && !this.answer.calls.hasCalls && this.writer.hasContent ? 'stop' : reason;
  }
}

/** Whether the chunk reports an error, in OpenAI's or MiniMax's form. */
const isError = ({ error, base_resp: base }: ChatChunk): boolean =>
  (error !== undefined && error !== null) || (base?.status_code ?? 0) !== 0;

const NONE: readonly never[] = [];

/** Members of a chunk or body that are read elsewhere, and padding, the time of creation and echoes of the request. */
const CHUNK_MEMBERS: ReadonlySet<string> = new Set([
  'id',
  'object',
  'created',
  'model',
  'choices',
  'usage',
  'service_tier',
  'system_fingerprint',
  'error',
  'base_resp',
  'citations',
  'search_results',
  'time_info',
  'obfuscation',
  'metadata',
]);

/** Members of a choice that are read elsewhere. */
const CHOICE_MEMBERS: ReadonlySet<string> = new Set([
  'index',
  'delta',
  'message',
  'finish_reason',
  'logprobs',
  'usage',
  'stop_reason',
]);

/** Members of a message that are read elsewhere. */
const MESSAGE_MEMBERS: ReadonlySet<string> = new Set([
  'role',
  'content',
  'refusal',
  'reasoning_content',
  'reasoning',
  'reasoning_details',
  'tool_calls',
  'function_call',
  'audio',
  'images',
  'annotations',
  'executed_tools',
]);

/** Members of audio that become a part. */
const AUDIO_MEMBERS: ReadonlySet<string> = new Set(['data', 'transcript']);

const pathOf = (isComplete: boolean): string => (isComplete ? 'choices[0].message' : 'choices[0].delta');

/** Returns usage from a vendor-specific property of the last chunk, such as `x_groq` (2024-2026). */
function vendorUsage(chunk: ChatChunk): RawUsage | undefined {
  for (const [name, value] of Object.entries(chunk)) {
    if (!name.startsWith('x_') || typeof value !== 'object' || value === null) continue;
    const { usage: counts } = value as { readonly usage?: RawUsage | null };
    if (counts) return counts;
  }
  return undefined;
}
