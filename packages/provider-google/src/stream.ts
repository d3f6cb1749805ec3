import {
  LlmError,
  type JsonObject,
  type TokenLogprob,
  type Usage,
  type VendorPart,
  type Warning,
} from '@majordomo/core';
import { asList, asRecord, isRecord } from '@majordomo/core/toolkit';
import { jsonText, EventWriter, type WireReader } from '@majordomo/wire-kit';
import type { WireError } from './errors.ts';
import { citationsOf, queriesOf, quotedIn, type Grounding, type Quoted } from './grounding.ts';
import { SERVER_PARTS } from './vendor-parts.ts';
import { PartialArguments, type PartialArg } from './partial-args.ts';
import { finishReason, laterUsage, usage, type WireUsage } from './response.ts';

/** What is read of a chunk; a whole body has the same form. */
interface Chunk {
  readonly responseId?: string;
  readonly candidates?: readonly Candidate[];
  readonly promptFeedback?: { readonly blockReason?: string; readonly blockReasonMessage?: string };
  readonly usageMetadata?: WireUsage;
  readonly error?: WireError;
}
interface Candidate {
  readonly content?: { readonly parts?: readonly WirePart[] };
  readonly finishReason?: string;
  readonly finishMessage?: string;
  readonly logprobsResult?: WireLogprobs;
  readonly groundingMetadata?: Grounding;
  readonly citationMetadata?: { readonly citations?: readonly Quoted[] };
}
/** `LogprobsResult` of @google/genai 3.1. */
interface WireLogprobs {
  readonly chosenCandidates?: readonly WireToken[];
  readonly topCandidates?: readonly { readonly candidates?: readonly WireToken[] }[];
}
interface WireToken {
  readonly token?: string;
  readonly logProbability?: number;
}

const tokenOf = ({ token, logProbability }: WireToken): { token: string; logprob: number } => ({
  token: token ?? '',
  logprob: logProbability ?? 0,
});

const logprobsOf = ({ chosenCandidates = [], topCandidates = [] }: WireLogprobs): readonly TokenLogprob[] =>
  chosenCandidates.map((chosen, at) => ({
    ...tokenOf(chosen),
    top: (topCandidates[at]?.candidates ?? []).map(tokenOf),
  }));

interface WirePart {
  readonly text?: string;
  readonly thought?: boolean;
  readonly thoughtSignature?: string;
  readonly functionCall?: WireCall;
  readonly inlineData?: { readonly mimeType?: string };
}

interface WireCall {
  /** Null at some gateways. */
  readonly id?: string | null;
  readonly name?: string;
  readonly args?: JsonObject | null;
  /** Vertex AI streams arguments where `extra` asks for it. */
  readonly partialArgs?: readonly PartialArg[];
  readonly willContinue?: boolean;
}

/** What stands next to the data of a part, and is none. */
const METADATA: ReadonlySet<string> = new Set([
  'thought',
  'thoughtSignature',
  'mediaResolution',
  'mediaProcessing',
  'partMetadata',
  'speechMetadata',
  'videoMetadata',
]);

const NO_MEDIA: Warning = {
  action: 'dropped',
  what: 'media in the answer',
  why: 'an answer holds text, reasoning and tool calls; images come from an image model',
};
const UNCITED: Warning = {
  action: 'dropped',
  what: 'citations',
  why: 'the text that they belong to had ended before they came',
};
const unknownPart = (kind: string): Warning => ({
  action: 'dropped',
  what: `part "${kind}" of the answer`,
  why: 'an answer holds text, reasoning and tool calls',
});

const NO_REASON: Warning = { action: 'repaired', what: 'finish', why: 'the answer gave no finish reason' };

/** What ran at the vendor, with the code or what it gave. */
function vendorPart(part: WirePart, family: string): Omit<VendorPart, 'type'> {
  const kind = SERVER_PARTS.find((name) => name in part) ?? 'part';
  const { code, output } = asRecord(asRecord(part)[kind]);
  const text = code ?? output;
  return {
    kind,
    ...(typeof text === 'string' && text !== '' && { text }),
    replay: { family, data: { part: { ...part } as JsonObject } },
  };
}

interface OpenCall {
  readonly key: string;
  readonly args: PartialArguments;
}

export interface GeminiReaderOptions {
  readonly scribe: EventWriter;
  /** Who may read this model's signatures again. */
  readonly family: string;
  /** What an error inside the answer means. */
  readonly toLlmError: (error: WireError) => LlmError;
  /** Receives the usage that arrives before the end: see `ModelContext.reportUsage`. */
  readonly reportUsage?: ((usage: Usage) => void) | undefined;
}

/**
 * Reads generateContent. The finish reason may stand on every chunk (Vertex), or come again after code has run: only
 * the end of the body ends the answer.
 */
export class GeminiReader implements WireReader {
  readonly done = false;
  readonly writer: EventWriter;
  private readonly family: string;
  private readonly toLlmError: GeminiReaderOptions['toLlmError'];
  private readonly reportUsage: GeminiReaderOptions['reportUsage'];
  private raw: string | undefined;
  private finishMessage: string | undefined;
  private tokens: WireUsage | undefined;
  /** A whole body that parsed is all there; models that speak or draw give no reason in it. */
  private complete = false;
  private calls = 0;
  private opaque = 0;
  /** What was searched for at the vendor; chunks may repeat it. */
  private readonly searches = new Set<string>();
  /** What the text rests on, until it is told. */
  private grounding: Grounding | undefined;
  private quoted: Quoted[] = [];
  /** A call whose arguments are still coming. */
  private open: OpenCall | undefined;
  /** Kinds of parts that were dropped. */
  private readonly told = new Set<string>();

  constructor({ scribe, family, toLlmError, reportUsage }: GeminiReaderOptions) {
    this.writer = scribe;
    this.family = family;
    this.toLlmError = toLlmError;
    this.reportUsage = reportUsage;
  }

  readMessage(data: string): void {
    this.chunk(JSON.parse(data));
  }

  /** One object, or, from a stream that was not asked for events, a list of chunks. */
  readBody(json: unknown): void {
    const chunks: readonly unknown[] = Array.isArray(json) ? json : [json];
    let answered = false;
    for (const chunk of chunks) answered = this.chunk(chunk) || answered;
    if (!answered) throw this.drift('candidates', 'is missing');
    this.complete = true;
    if (this.raw === undefined) this.writer.warning(NO_REASON);
  }

  end(): void {
    const { raw, writer } = this;
    const { target } = writer;
    if (raw === undefined && !this.complete) {
      throw new LlmError('truncated', `${target} ended without a finish reason`, { target });
    }
    // A call that was not brought to its end must not run.
    if (this.open !== undefined) this.endCall(this.open, true);
    this.cite();
    if (this.grounding !== undefined || this.quoted.length > 0) this.dropped('citations', UNCITED);
    const reason = raw === undefined ? 'other' : finishReason(raw, this.calls > 0);
    if (reason === 'content-filter' && !writer.hasContent) throw this.blocked(raw, this.finishMessage);
    writer.finish(
      reason,
      raw,
      this.tokens === undefined ? undefined : usage(this.tokens, this.searches.size),
    );
  }

  /** False where the chunk has no candidates. */
  private chunk(json: unknown): boolean {
    if (!isRecord(json)) throw this.drift('', 'is not an object');
    const chunk: Chunk = json;
    if (chunk.error !== undefined) throw this.toLlmError(chunk.error);
    this.writer.start(chunk.responseId);
    if (chunk.usageMetadata !== undefined) {
      this.tokens = laterUsage(this.tokens, chunk.usageMetadata);
      this.reportUsage?.(usage(this.tokens, this.searches.size));
    }
    const { candidates, promptFeedback } = chunk;
    if (promptFeedback?.blockReason !== undefined) {
      throw this.blocked(promptFeedback.blockReason, promptFeedback.blockReasonMessage);
    }
    if (candidates === undefined) return false;
    if (!Array.isArray(candidates)) throw this.drift('candidates', 'is not a list');
    const candidate = candidates[0] as Candidate | undefined;
    if (candidate !== undefined) this.candidate(candidate);
    return true;
  }

  private candidate(candidate: Candidate): void {
    const { content, finishReason: raw, finishMessage, groundingMetadata, logprobsResult } = candidate;
    const parts = content?.parts ?? [];
    // It may stand next to a part that ends the text.
    if (groundingMetadata?.groundingChunks !== undefined) this.grounding = groundingMetadata;
    this.quoted.push(...(candidate.citationMetadata?.citations ?? []));
    if (!Array.isArray(parts)) throw this.drift('candidates[0].content.parts', 'is not a list');
    for (let at = 0; at < parts.length; at++) {
      const part = parts[at] as WirePart | undefined;
      if (part !== undefined) this.part(part, at);
    }
    if (logprobsResult !== undefined) this.writer.logprobs(logprobsOf(logprobsResult));
    this.searched(groundingMetadata?.webSearchQueries);
    if (raw === undefined) return;
    this.raw = raw;
    this.finishMessage = finishMessage;
  }

  private part(part: WirePart, at: number): void {
    // Something else before the end of a call: the rest of its arguments will not come.
    if (this.open !== undefined && part.functionCall === undefined && part.text !== '')
      this.endCall(this.open, true);
    if (part.text !== undefined) {
      if (typeof part.text !== 'string')
        throw this.drift(`candidates[0].content.parts[${at}].text`, 'is not a string');
      if (part.thoughtSignature !== undefined) this.signedText(part, part.text, part.thoughtSignature);
      else if (part.thought === true) this.writer.reasoning(part.text);
      else this.writer.text(part.text);
    } else if (part.functionCall !== undefined) {
      this.call(part.functionCall, part.thoughtSignature, at);
    } else if (SERVER_PARTS.some((kind) => kind in part)) {
      this.cite();
      this.searched(asRecord(asRecord(asRecord(part)['toolCall'])['args'])['queries']);
      this.writer.vendor(vendorPart(part, this.family));
    } else if (part.inlineData !== undefined) {
      // Sketches on the way to a picture are not part of the answer.
      if (part.thought !== true) this.dropped('inlineData', NO_MEDIA);
    } else {
      const [kind] = Object.keys(part).filter((name) => !METADATA.has(name));
      if (kind !== undefined) this.dropped(kind, unknownPart(kind));
      else if (part.thoughtSignature !== undefined) this.keep(part);
    }
  }

  /** Once for each kind. */
  private dropped(kind: string, warning: Warning): void {
    if (this.told.has(kind)) return;
    this.told.add(kind);
    this.writer.warning(warning);
  }

  /** A signed part is never merged with what stands around it: the signature covers this part alone. */
  private signedText(part: WirePart, text: string, signature: string): void {
    if (text === '') {
      this.keep(part);
      return;
    }
    const key = part.thought === true ? 'reasoning' : 'text';
    const replay = { family: this.family, data: signature };
    if (key === 'reasoning') this.cite();
    this.writer.end(key);
    if (part.thought === true) this.writer.reasoning(text, replay);
    else this.writer.text(text, key, replay);
    this.cite();
    this.writer.end(key);
  }

  private call(call: WireCall, signature: string | undefined, at: number): void {
    const { id, name, args, partialArgs, willContinue } = call;
    const path = `candidates[0].content.parts[${at}].functionCall`;
    if (typeof name === 'string' && name !== '') {
      if (this.open !== undefined) this.endCall(this.open, true);
      const key = `call ${this.calls++}`;
      const replay = signature === undefined ? undefined : { family: this.family, data: signature };
      const json = args === undefined || args === null ? undefined : jsonText(args);
      this.writer.toolCall(key, { id: id ?? undefined, name, json, replay });
      if (partialArgs === undefined && willContinue !== true) {
        this.writer.end(key);
        return;
      }
      this.open = { key, args: new PartialArguments() };
    }
    if (this.open === undefined) throw this.drift(`${path}.name`, 'is missing');
    for (const [n, piece] of asList(partialArgs).entries()) {
      if (!isRecord(piece) || !this.open.args.add(piece))
        throw this.drift(`${path}.partialArgs[${n}]`, 'is not of the known form');
    }
    if (willContinue !== true) this.endCall(this.open, false);
  }

  private endCall({ key, args }: OpenCall, unfinished: boolean): void {
    this.open = undefined;
    this.writer.toolCall(key, { json: args.json(), unfinished });
    this.writer.end(key);
  }

  /** What the open text rests on; where none is open it waits for one. */
  private cite(): void {
    const { openText } = this.writer;
    if (openText === undefined) return;
    if (this.grounding !== undefined) this.writer.cite(citationsOf(this.grounding, openText));
    this.writer.cite(quotedIn(this.quoted, openText));
    this.grounding = undefined;
    this.quoted = [];
  }

  private searched(queries: unknown): void {
    for (const query of queriesOf(queries)) this.searches.add(query);
  }

  /** Kept whole, without text of its own: only a model of this family sees it again. */
  private keep(part: object): void {
    this.cite();
    const key = `part ${this.opaque++}`;
    this.writer.reasoning('', { family: this.family, data: { part: part as JsonObject } }, key);
    this.writer.end(key);
  }

  private blocked(code: string | undefined, said: string | undefined): LlmError {
    const { target } = this.writer;
    const why = [code, said].filter((word) => word !== undefined).join(': ');
    return new LlmError('content-filter', `${target} blocked the request: ${why}`, { target, code });
  }

  private drift(path: string, what: string): LlmError {
    const { target } = this.writer;
    return new LlmError('protocol', `${target} sent an answer in which ${path || 'the body'} ${what}`, {
      target,
      path,
    });
  }
}
