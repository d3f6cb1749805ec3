import { LlmError, type JsonObject, type JsonValue, type Usage } from '@majordomo/core';
import { asList, asRecord, isRecord } from '@majordomo/core/toolkit';
import { EventWriter, jsonText, OnceWarnings, type WireReader } from '@majordomo/wire-kit';
import { bytesOfBase64, generatedAudio, generatedImage, otherMembers } from '@majordomo/wire-kit/internal';
import { computerCall, type ActionCall } from './computer.ts';
import type { WireError } from './errors.ts';
import type { GeminiFacts } from './facts.ts';
import { citationsOf, queriesOf, quotationsOf, type Grounding, type Quotation } from './grounding.ts';
import {
  METADATA,
  replayData,
  vendorPart,
  type WireCall,
  type WireMedia,
  type WirePart,
} from './part-data.ts';
import { logprobsOf, type WireLogprobs } from './logprobs.ts';
import { CANDIDATE_MEMBERS, CHUNK_MEMBERS, GROUNDING_MEMBERS, USAGE_MEMBERS } from './response-members.ts';
import { VENDOR_PARTS } from './vendor-parts.ts';
import { PartialArguments } from './partial-args.ts';
import {
  billedSearches,
  blockedError,
  FAILURES,
  finishReason,
  isBlocking,
  mergeUsage,
  usage,
  usageOnly,
  type WireUsage,
} from './response.ts';

interface Chunk {
  readonly responseId?: string;
  readonly modelVersion?: string;
  readonly candidates?: readonly Candidate[];
  readonly promptFeedback?: { readonly blockReason?: string; readonly blockReasonMessage?: string };
  readonly usageMetadata?: WireUsage;
  readonly error?: WireError;
}
interface Candidate {
  readonly content?: { readonly parts?: readonly WirePart[] };
  readonly finishReason?: string;
  readonly finishMessage?: string;
  readonly avgLogprobs?: number;
  readonly logprobsResult?: WireLogprobs;
  readonly groundingMetadata?: Grounding;
  readonly citationMetadata?: { readonly citations?: readonly Quotation[] };
}

interface OpenCall {
  readonly key: string;
  readonly args: PartialArguments;
  /** Action of the computer, which is written when its arguments are complete. */
  readonly action?: ActionCall;
}

export interface GeminiReaderOptions {
  readonly writer: EventWriter;
  /** Id of the group of models that accept signatures of this model. */
  readonly family: string;
  /** Converts an error object in the response to an `LlmError`. */
  readonly toLlmError: (error: WireError) => LlmError;
  /** Function that receives usage before the end of the response. See `ModelContext.reportUsage`. */
  readonly reportUsage?: ((usage: Usage) => void) | undefined;
  /** Whether a function is an action of Gemini's computer, which the request did not declare. */
  readonly isComputerAction?: ((name: string) => boolean) | undefined;
}

/**
 * Converts a response of generateContent to events. Only the end of the body ends the response, because a finish reason may be in
 * every chunk (Vertex) or be repeated after the vendor has run code.
 */
export class GeminiReader implements WireReader {
  readonly done = false;
  readonly writer: EventWriter;
  private readonly family: string;
  private readonly toLlmError: GeminiReaderOptions['toLlmError'];
  private readonly reportUsage: GeminiReaderOptions['reportUsage'];
  private readonly isComputerAction: NonNullable<GeminiReaderOptions['isComputerAction']>;
  private rawFinish: string | undefined;
  private finishMessage: string | undefined;
  private wireUsage: WireUsage | undefined;
  private modelVersion: string | undefined;
  /** Whether the response is a non-streaming body. The finish reason of such a body may be missing. */
  private isNonStreaming = false;
  /** Number of calls of tools and of the computer so far. */
  private calls = 0;
  private storedParts = 0;
  private readonly searches = new Set<string>();
  private grounding: Grounding | undefined;
  private quotations: Quotation[] = [];
  private openCall: OpenCall | undefined;
  private readonly warnings: OnceWarnings;

  constructor({
    writer,
    family,
    toLlmError,
    reportUsage,
    isComputerAction = () => false,
  }: GeminiReaderOptions) {
    this.writer = writer;
    this.warnings = new OnceWarnings(writer);
    this.family = family;
    this.toLlmError = toLlmError;
    this.reportUsage = reportUsage;
    this.isComputerAction = isComputerAction;
  }

  readMessage(data: string): void {
    this.readChunk(JSON.parse(data));
  }

  /** Processes a non-streaming body: one object, or a list of chunks. */
  readBody(json: unknown): void {
    const chunks: readonly unknown[] = Array.isArray(json) ? json : [json];
    let hasCandidates = false;
    for (const chunk of chunks) hasCandidates = this.readChunk(chunk) || hasCandidates;
    if (!hasCandidates) throw this.protocolError('candidates', 'is missing');
    this.isNonStreaming = true;
    if (this.rawFinish === undefined)
      this.warnings.warn('finish reason', 'the response has no finish reason', 'repaired');
  }

  end(): void {
    const { rawFinish, writer } = this;
    const { target } = writer;
    if (rawFinish === undefined && !this.isNonStreaming) {
      const message = `${target}: the stream ended without a finish reason; error.details.partial contains the content that arrived`;
      throw new LlmError('truncated', message, { target });
    }
    // Mark the call as incomplete, because an incomplete call must not run.
    if (this.openCall !== undefined) this.endCall(this.openCall, true);
    this.cite();
    if (this.grounding !== undefined || this.quotations.length > 0)
      this.warnings.warn('citations', 'their text had ended before they arrived');
    const reason = rawFinish === undefined ? 'other' : finishReason(rawFinish, this.calls > 0);
    if (FAILURES.has(rawFinish ?? '') && !writer.hasContent)
      throw new LlmError(
        'unsupported',
        `${target}: the model failed with ${rawFinish ?? ''}: ${this.finishMessage ?? 'the vendor sent no explanation'}`,
        {
          target,
          code: rawFinish,
          partial: usageOnly(target, this.usage),
        },
      );
    if (reason === 'content-filter' && !writer.hasContent)
      throw blockedError('response', rawFinish ?? '', this.finishMessage, target, this.usage);
    writer.finish(reason, rawFinish, this.usage);
  }

  private get usage(): Usage | undefined {
    const searches = billedSearches(this.searches.size, this.modelVersion ?? this.writer.target);
    return this.wireUsage && usage(this.wireUsage, searches);
  }

  /** Returns whether the chunk has candidates. */
  private readChunk(json: unknown): boolean {
    if (!isRecord(json)) throw this.protocolError('', 'is not an object');
    const chunk: Chunk = json;
    if (chunk.error !== undefined) throw this.toLlmError(chunk.error);
    // Only the first chunk starts the response.
    this.writer.start(chunk.responseId, chunk.modelVersion);
    this.modelVersion ??= chunk.modelVersion;
    if (chunk.usageMetadata !== undefined) this.wireUsage = mergeUsage(this.wireUsage, chunk.usageMetadata);
    try {
      return this.readCandidates(chunk);
    } finally {
      // A chunk with a blocked prompt or an invalid part fails, but its tokens are billed.
      this.report();
    }
  }

  private readCandidates(chunk: Chunk): boolean {
    const { candidates, promptFeedback } = chunk;
    const { blockReason, blockReasonMessage } = promptFeedback ?? {};
    if (isBlocking(blockReason))
      throw blockedError('prompt', blockReason, blockReasonMessage, this.writer.target, this.usage);
    if (candidates === undefined) return false;
    if (!Array.isArray(candidates)) throw this.protocolError('candidates', 'is not an array');
    const first = candidates[0] as Candidate | undefined;
    if (first !== undefined) this.candidate(first);
    if (first?.finishReason !== undefined) this.readFacts(chunk, first);
    return true;
  }

  /** Reports the usage. Until a finish reason arrives, the output is unknown, because each chunk counts only what it has sent. */
  private report(): void {
    const used = this.usage;
    if (used === undefined) return;
    this.reportUsage?.(this.rawFinish === undefined ? { ...used, output: undefined } : used);
  }

  private candidate(candidate: Candidate): void {
    const { content, finishReason: raw, finishMessage, groundingMetadata, logprobsResult } = candidate;
    const parts = content?.parts ?? [];
    // Store the grounding before reading the parts, because a part may end the text.
    if (groundingMetadata?.groundingChunks !== undefined) this.grounding = groundingMetadata;
    this.quotations.push(...(candidate.citationMetadata?.citations ?? []));
    if (!Array.isArray(parts)) throw this.protocolError('candidates[0].content.parts', 'is not an array');
    for (let at = 0; at < parts.length; at++) {
      const part = parts[at] as WirePart | undefined;
      if (part !== undefined) this.part(part, at);
    }
    if (logprobsResult !== undefined) this.writer.logprobs(logprobsOf(logprobsResult));
    this.addSearches(groundingMetadata?.webSearchQueries);
    if (raw === undefined) return;
    this.rawFinish = raw;
    this.finishMessage = finishMessage;
  }

  private readFacts(chunk: Chunk, candidate: Candidate): void {
    const { finishMessage, avgLogprobs, groundingMetadata } = candidate;
    const ofCandidate = otherMembers(candidate, CANDIDATE_MEMBERS);
    const grounding = groundingMetadata && otherMembers(groundingMetadata, GROUNDING_MEMBERS);
    const tokens = chunk.usageMetadata && otherMembers(chunk.usageMetadata, USAGE_MEMBERS);
    const other = {
      ...otherMembers(chunk, CHUNK_MEMBERS),
      ...(tokens && { usageMetadata: tokens }),
      ...ofCandidate,
      ...(grounding && { groundingMetadata: grounding }),
    };
    this.writer.model(chunk.modelVersion);
    this.writer.facts<GeminiFacts>({
      wire: 'gemini-generate',
      finishMessage,
      avgLogprobs,
      other: Object.keys(other).length > 0 ? other : undefined,
    });
  }

  private part(part: WirePart, at: number): void {
    // If another part arrives before the end of a call, the arguments of the call are incomplete. An empty text does not count as
    // a part.
    if (this.openCall !== undefined && part.functionCall === undefined && part.text !== '')
      this.endCall(this.openCall, true);
    if (part.text !== undefined) {
      if (typeof part.text !== 'string')
        throw this.protocolError(`candidates[0].content.parts[${at}].text`, 'is not a string');
      this.readText(part, part.text);
    } else if (part.functionCall !== undefined) {
      this.readCall(part.functionCall, replayData(part), at);
    } else if (VENDOR_PARTS.some((kind) => kind in part)) {
      this.cite();
      this.addSearches(searchQueriesOf(part));
      this.writer.vendor(vendorPart(part, this.family));
    } else if (part.inlineData !== undefined) {
      // Intermediate images are not part of the response.
      if (part.thought !== true) this.media(part, part.inlineData, at);
    } else {
      // A part of an unknown kind is a vendor part. A part with only a signature is stored for later requests, and a part with only
      // other metadata is ignored.
      const [unknownKind] = Object.keys(part).filter((name) => !METADATA.has(name));
      if (unknownKind !== undefined) this.writer.vendor(vendorPart(part, this.family, unknownKind));
      else if (part.thoughtSignature !== undefined) this.storePart(part);
    }
  }

  /**
   * Appends unsigned text to the open part, and writes signed text as a separate part. Other members of an unsigned fragment are
   * ignored, because a separate part for them would split the text.
   */
  private readText(part: WirePart, text: string): void {
    const { thoughtSignature: signature } = part;
    if (signature !== undefined) {
      this.signedText(part, text, replayData(part) ?? signature);
    } else if (part.thought === true) {
      if (text !== '') this.cite();
      this.writer.reasoning(text);
    } else {
      this.writer.text(text);
    }
  }

  /** Writes an image or audio. Its signature is required in later requests. Any other media become a vendor part. */
  private media(part: WirePart, { mimeType = '', data = '' }: WireMedia, at: number): void {
    const bytes = bytesOfBase64(data);
    if (bytes === undefined)
      throw this.protocolError(`candidates[0].content.parts[${at}].inlineData.data`, 'is not base64');
    if (bytes.length === 0) {
      this.warnings.warn('media in the response', 'they have no data');
      return;
    }
    this.cite();
    const replay = { family: this.family, data: part.thoughtSignature ?? null };
    if (mimeType.startsWith('image/')) this.writer.media(generatedImage(bytes, mimeType, replay));
    else if (mimeType.startsWith('audio/')) this.writer.media(generatedAudio(bytes, mimeType, replay));
    else this.writer.vendor(vendorPart(part, this.family, 'inlineData'));
  }

  /** Writes signed text as a separate part, because the signature applies only to this part. */
  private signedText(part: WirePart, text: string, data: JsonValue): void {
    if (text === '') {
      this.storePart(part);
      return;
    }
    const key = part.thought === true ? 'reasoning' : 'text';
    const replay = { family: this.family, data };
    if (key === 'reasoning') this.cite();
    this.writer.end(key);
    if (part.thought === true) this.writer.reasoning(text, replay);
    else this.writer.text(text, key, replay);
    this.cite();
    this.writer.end(key);
  }

  private readCall(call: WireCall, data: JsonValue | undefined, at: number): void {
    const { id, name, args, partialArgs, willContinue } = call;
    const path = `candidates[0].content.parts[${at}].functionCall`;
    if (typeof name === 'string' && name !== '') {
      if (this.openCall !== undefined) this.endCall(this.openCall, true);
      const isComplete = partialArgs === undefined && willContinue !== true;
      if (this.isComputerAction(name))
        this.startAction({ id, name, data }, isComplete ? (args ?? {}) : undefined);
      else this.startCall(call, data, isComplete);
      if (isComplete) return;
    }
    if (this.openCall === undefined) throw this.protocolError(`${path}.name`, 'is missing');
    for (const [n, piece] of asList(partialArgs).entries()) {
      if (!isRecord(piece) || !this.openCall.args.add(piece))
        throw this.protocolError(`${path}.partialArgs[${n}]`, 'has an unknown form');
    }
    if (willContinue !== true) this.endCall(this.openCall, false);
  }

  /** Begins a tool call. A call that is not complete has no `args`. Its arguments follow in fragments. */
  private startCall(
    { id, name = '', args }: WireCall,
    data: JsonValue | undefined,
    isComplete: boolean,
  ): void {
    const key = `call ${this.calls++}`;
    const replay = data === undefined ? undefined : { family: this.family, data };
    const json = args === undefined || args === null ? undefined : jsonText(args);
    this.cite();
    this.writer.toolCall(key, { id: id ?? undefined, name, json, replay });
    if (isComplete) this.writer.end(key);
    else this.openCall = { key, args: new PartialArguments() };
  }

  /** Writes an action of the computer. Without arguments, they follow in fragments. */
  private startAction(action: ActionCall, args: JsonObject | undefined): void {
    this.cite();
    const key = `call ${this.calls++}`;
    if (args === undefined) this.openCall = { key, args: new PartialArguments(), action };
    else this.writer.vendorCall(computerCall(action, args, this.family));
  }

  private endCall({ key, args, action }: OpenCall, isUnfinished: boolean): void {
    this.openCall = undefined;
    if (action === undefined) {
      this.writer.toolCall(key, { json: args.json(), unfinished: isUnfinished });
      this.writer.end(key);
    } else {
      const complete = isUnfinished ? undefined : (JSON.parse(args.json()) as JsonObject);
      this.writer.vendorCall(computerCall(action, complete, this.family));
    }
  }

  /** Adds the citations that have arrived to the open text. Call it before anything that ends the text. */
  private cite(): void {
    const { openText } = this.writer;
    if (openText === undefined) return;
    if (this.grounding !== undefined) this.writer.cite(citationsOf(this.grounding, openText));
    this.writer.cite(quotationsOf(this.quotations, openText));
    this.grounding = undefined;
    this.quotations = [];
  }

  private addSearches(queries: unknown): void {
    for (const query of queriesOf(queries)) this.searches.add(query);
  }

  /** Writes an empty reasoning part that stores the original part, for later requests to models of this family. */
  private storePart(part: object): void {
    this.cite();
    const key = `part ${this.storedParts++}`;
    this.writer.reasoning('', { family: this.family, data: { part: part as JsonObject } }, key);
    this.writer.end(key);
  }

  private protocolError(path: string, problem: string): LlmError {
    const { target } = this.writer;
    return new LlmError('protocol', `${target}: ${path === '' ? 'the response' : `\`${path}\``} ${problem}`, {
      target,
      path,
    });
  }
}

/** Returns the queries of a search that ran at the vendor. */
const searchQueriesOf = (part: WirePart): unknown => {
  const { args } = asRecord(asRecord(part)['toolCall']);
  return asRecord(args)['queries'];
};
