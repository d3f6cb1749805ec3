import type { Citation, JsonObject, Replay, Warning } from '@majordomo/core';
import type { EventWriter } from '@majordomo/core/toolkit';
import { ToolCalls } from './tool-calls.ts';
import { areSigned, signedReplay, type SignedDetails } from './reasoning-details.ts';
import { NullFilter } from '../schema/null-filter.ts';
import { continues, mergeDetails } from './reasoning.ts';
import type { Absences } from '../schema/strict-tools.ts';
import type { ChatQuirks } from './quirks.ts';
import { ThinkSplitter } from './think-tags.ts';
import type { ReasoningDetail, ToolFragment } from './wire.ts';

/** Where the parts go, and how they are told apart. */
interface AnswerOptions {
  readonly scribe: EventWriter;
  readonly family: string;
  readonly quirks: Partial<Pick<ChatQuirks, 'thinkTags' | 'signedDetails'>>;
  readonly absences?: Absences | undefined;
}

const UNCITED: Warning = {
  action: 'dropped',
  what: 'citations',
  why: 'the text that they belong to had ended before they came',
};

/**
 * The parts of one answer in the order in which they may be written. Tool calls stay open until the end, since their
 * fragments may be interleaved; what comes between them is written after them.
 */
export class Answer {
  readonly calls: ToolCalls;
  private readonly scribe: EventWriter;
  private readonly family: string;
  private writing: 'nothing' | 'reasoning' | 'text' | 'calls' = 'nothing';
  /** Of the open reasoning part, handed over with it: the next part gets new ones. */
  private replay: Replay;
  private details: JsonObject[] | undefined;
  private lateText = '';
  private lateReasoning = '';
  /** That came before their text, or behind its end. */
  private readonly lateCitations: Citation[] = [];
  private readonly lateDetails: JsonObject[] = [];

  private readonly splitter: ThinkSplitter | undefined;
  /** Of a text whose absent properties come as null. */
  private readonly nulls: NullFilter | undefined;

  /** Blocks of signed reasoning so far: each is a part. */
  private blocks = 0;
  private readonly signed: SignedDetails | undefined;

  constructor({ scribe, family, quirks, absences }: AnswerOptions) {
    const { thinkTags, signedDetails } = quirks;
    this.signed = signedDetails === 'none' ? undefined : signedDetails;
    this.splitter =
      thinkTags === 'split' ? new ThinkSplitter({ text: this.put, reasoning: this.think }) : undefined;
    this.scribe = scribe;
    this.calls = new ToolCalls(scribe, family, absences?.tools);
    this.nulls = absences?.output && new NullFilter(absences.output);
    this.family = family;
    this.replay = { family, data: null };
  }

  text(text: string): void {
    if (this.splitter !== undefined && this.writing !== 'calls') this.splitter.push(text);
    else this.put(text);
  }

  /** What the model says instead of an answer: no schema holds it. */
  refusal(text: string): void {
    if (this.writing === 'calls') {
      this.lateText += text;
      return;
    }
    this.writing = 'text';
    this.scribe.refusal(text);
  }

  reasoning(text: string, details: readonly ReasoningDetail[] | undefined): void {
    const isOpen = this.writing === 'reasoning';
    // A signature that comes after the text belongs to no open part.
    if (this.writing === 'calls' || (text === '' && this.writing === 'text')) {
      this.lateReasoning += text;
      if (details !== undefined) mergeDetails(this.lateDetails, details);
      return;
    }
    if (this.signed !== undefined && details !== undefined && areSigned(details, this.signed)) {
      for (const detail of details) this.block(detail, this.signed);
      return;
    }
    if (!isOpen) {
      this.details = undefined;
      this.replay = { family: this.family, data: null };
    }
    if (details !== undefined) this.keep(details);
    this.writing = 'reasoning';
    this.scribe.reasoning(text, this.replay);
  }

  /** A detail of signed reasoning: a part of its own, since a signature is one part's. */
  private block(detail: ReasoningDetail, signed: SignedDetails): void {
    const last = this.writing === 'reasoning' ? this.details?.at(-1) : undefined;
    if (last === undefined || !continues(last, detail)) {
      this.details = [];
      this.blocks++;
    }
    const details = (this.details ??= []);
    mergeDetails(details, [detail]);
    this.writing = 'reasoning';
    const replay = signedReplay(details, this.family, signed);
    this.scribe.reasoning(detail.text ?? '', replay, `block ${this.blocks}`);
  }

  /** What the text rests on, whenever it is told. */
  cite(citations: readonly Citation[]): void {
    if (citations.length === 0) return;
    if (this.writing === 'calls' || !this.scribe.cite(citations)) this.lateCitations.push(...citations);
  }

  /** `at`: its place in the list that it came in. */
  fragment(fragment: ToolFragment, isWhole: boolean, at: number): void {
    if (this.writing !== 'calls') this.splitter?.end();
    this.writing = 'calls';
    if (isWhole) this.calls.whole(fragment, at);
    else this.calls.fragment(fragment, at);
  }

  /** Writes what was held back. Only `finish` may follow. */
  end(): void {
    this.splitter?.end();
    if (this.nulls !== undefined) this.putPlain(this.nulls.end());
    this.calls.end();
    if (this.lateReasoning !== '' || this.lateDetails.length > 0) {
      const data = this.lateDetails.length > 0 ? this.lateDetails : null;
      this.scribe.reasoning(this.lateReasoning, { family: this.family, data }, 'late');
    }
    if (this.lateText !== '') this.scribe.text(this.lateText, 'late');
    if (this.lateCitations.length > 0 && !this.scribe.cite(this.lateCitations)) this.scribe.warning(UNCITED);
  }

  private readonly put = (text: string): void => {
    this.putPlain(this.nulls === undefined ? text : this.nulls.push(text));
  };

  private putPlain(text: string): void {
    if (text === '') return;
    if (this.writing === 'calls') {
      this.lateText += text;
      return;
    }
    this.writing = 'text';
    this.scribe.text(text);
  }

  private readonly think = (text: string): void => {
    this.reasoning(text, undefined);
  };

  private keep(details: readonly ReasoningDetail[]): void {
    if (this.details === undefined) {
      this.details = [];
      this.replay = { family: this.family, data: this.details };
    }
    mergeDetails(this.details, details);
  }
}
