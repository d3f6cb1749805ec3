import type { Citation, JsonObject, Replay, Warning } from '@majordomo/core';
import type { EventWriter } from '@majordomo/wire-kit';
import { NullFilter } from '../schema/null-filter.ts';
import type { OriginalSchemas } from '../schema/strict-tools.ts';
import type { ChatQuirks } from './quirks.ts';
import { haveFormat, signedReplay, type SignedDetails } from './reasoning-details.ts';
import { continues, mergeDetails } from './reasoning.ts';
import { ThinkSplitter } from './think-tags.ts';
import { ToolCalls } from './tool-calls.ts';
import type { ReasoningDetail, ToolFragment } from './wire.ts';

interface AnswerOptions {
  readonly writer: EventWriter;
  readonly family: string;
  readonly quirks: Partial<Pick<ChatQuirks, 'thinkTags' | 'signedDetails'>>;
  readonly originals?: OriginalSchemas | undefined;
}

const LATE_CITATIONS: Warning = {
  action: 'dropped',
  what: 'citations',
  why: 'they arrived after the end of their text',
};

/**
 * Writes the parts of one response in the order that the event contract requires. Fragments of several tool calls may be
 * interleaved, so all calls stay open until the end. Text and reasoning after the first call are written after the calls.
 */
export class AnswerWriter {
  readonly calls: ToolCalls;
  private readonly writer: EventWriter;
  private readonly family: string;
  /** Kind of the content that was written last. It remains `calls` after the first call. */
  private writing: 'nothing' | 'reasoning' | 'text' | 'calls' = 'nothing';
  /** Replay data of the open reasoning part. */
  private replay: Replay;
  /** `reasoning_details` of the open reasoning part; `undefined` if none has arrived. */
  private details: JsonObject[] | undefined;
  /** Text, refusal and reasoning that cannot continue an open part. `end` writes them after the calls. */
  private lateText = '';
  private lateRefusal = '';
  private lateReasoning = '';
  /** Citations that arrived before the cited text or after the end of that text. */
  private readonly lateCitations: Citation[] = [];
  private readonly lateDetails: JsonObject[] = [];

  private readonly splitter: ThinkSplitter | undefined;
  /** Filter that removes nulls from a text in which null means an absent property. */
  private readonly nulls: NullFilter | undefined;

  /** Number of parts of signed reasoning written so far. */
  private blocks = 0;
  private readonly signed: SignedDetails | undefined;

  constructor({ writer, family, quirks, originals }: AnswerOptions) {
    const { thinkTags, signedDetails } = quirks;
    this.signed = signedDetails === 'none' ? undefined : signedDetails;
    this.splitter =
      thinkTags === 'split'
        ? new ThinkSplitter({ text: this.writeText, reasoning: this.writeThought })
        : undefined;
    this.writer = writer;
    this.calls = new ToolCalls(writer, family, originals?.tools);
    this.nulls = originals?.output && new NullFilter(originals.output);
    this.family = family;
    this.replay = { family, data: null };
  }

  text(text: string): void {
    if (text === '') return;
    // `toolCall` has ended the splitter, so tags in the text after a call stay in the text.
    if (this.splitter !== undefined && this.writing !== 'calls') this.splitter.push(text);
    else this.writeText(text);
  }

  /** Writes a refusal. A refusal is not JSON, so nulls are not removed from it. */
  refusal(text: string): void {
    if (this.writing === 'calls') {
      this.lateRefusal += text;
      return;
    }
    this.writing = 'text';
    this.writer.refusal(text);
  }

  reasoning(text: string, details: readonly ReasoningDetail[] | undefined): void {
    const isOpen = this.writing === 'reasoning';
    // Reasoning after a call, and a signature after text, are written at the end, because no reasoning part is open.
    if (this.writing === 'calls' || (text === '' && this.writing === 'text')) {
      this.lateReasoning += text;
      if (details !== undefined) mergeDetails(this.lateDetails, details);
      return;
    }
    if (this.signed !== undefined && details !== undefined && haveFormat(details, this.signed)) {
      for (const detail of details) this.signedBlock(detail, this.signed);
      return;
    }
    if (!isOpen) {
      this.details = undefined;
      this.replay = { family: this.family, data: null };
    }
    if (details !== undefined) this.addDetails(details);
    this.writing = 'reasoning';
    this.writer.reasoning(text, this.replay);
  }

  /** Writes an element of signed reasoning as a separate part, because a part has at most one signature. */
  private signedBlock(detail: ReasoningDetail, signed: SignedDetails): void {
    const last = this.writing === 'reasoning' ? this.details?.at(-1) : undefined;
    if (last === undefined || !continues(last, detail)) {
      this.details = [];
      this.blocks++;
    }
    const details = (this.details ??= []);
    mergeDetails(details, [detail]);
    this.writing = 'reasoning';
    const replay = signedReplay(details, this.family, signed);
    this.writer.reasoning(detail.text ?? '', replay, `block ${this.blocks}`);
  }

  /** Adds citations to the open text. If no text is open, adds them at the end of the response, or drops them with a warning. */
  cite(citations: readonly Citation[]): void {
    if (citations.length === 0) return;
    if (this.writing === 'calls' || !this.writer.cite(citations)) this.lateCitations.push(...citations);
  }

  /** Adds a fragment of a tool call. `at` is the index of the fragment in `tool_calls`. */
  toolCall(fragment: ToolFragment, isComplete: boolean, at: number): void {
    if (this.writing !== 'calls') this.splitter?.end();
    this.writing = 'calls';
    if (isComplete) this.calls.complete(fragment, at);
    else this.calls.fragment(fragment, at);
  }

  /** Writes the content that was held back. Call this method once, after all other content. */
  end(): void {
    this.splitter?.end();
    if (this.nulls !== undefined) this.writePlain(this.nulls.end());
    this.calls.end();
    // The key `late` begins a separate part, because a part that has ended cannot continue.
    if (this.lateReasoning !== '' || this.lateDetails.length > 0) {
      const data = this.lateDetails.length > 0 ? this.lateDetails : null;
      this.writer.reasoning(this.lateReasoning, { family: this.family, data }, 'late');
    }
    if (this.lateText !== '') this.writer.text(this.lateText, 'late');
    if (this.lateRefusal !== '') this.writer.refusal(this.lateRefusal);
    if (this.lateCitations.length > 0 && !this.writer.cite(this.lateCitations))
      this.writer.warning(LATE_CITATIONS);
  }

  private readonly writeText = (text: string): void => {
    this.writePlain(this.nulls === undefined ? text : this.nulls.push(text));
  };

  private writePlain(text: string): void {
    if (text === '') return;
    if (this.writing === 'calls') {
      this.lateText += text;
      return;
    }
    this.writing = 'text';
    this.writer.text(text);
  }

  private readonly writeThought = (text: string): void => {
    this.reasoning(text, undefined);
  };

  private addDetails(details: readonly ReasoningDetail[]): void {
    if (this.details === undefined) {
      // `mergeDetails` extends this array, which the writer reads at the end of the part.
      this.details = [];
      this.replay = { family: this.family, data: this.details };
    }
    mergeDetails(this.details, details);
  }
}
