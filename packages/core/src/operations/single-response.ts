import type { PreparedCall } from '../call/call.ts';
import type { Answer } from '../stream/accumulator.ts';
import type { Timeouts } from '../types/call-options.ts';
import type { AttemptInfo } from '../types/gate.ts';
import { type Attempt, LlmError, type Recovery } from '../types/llm-error.ts';
import type { Capabilities, ModelContext } from '../types/provider.ts';
import type { ModelRequest } from '../types/request.ts';
import type { Warning } from '../types/response.ts';
import type { Usage } from '../types/usage.ts';

/** What is asked of one target and answered at once: content and finish in one event. */
export interface Question<Given extends object, Result> {
  readonly target: string;
  readonly payload: NonNullable<AttemptInfo['payload']>;
  readonly capabilities?: Capabilities | undefined;
  readonly timeouts: Timeouts | undefined;
  /** What was done to the request for this target. */
  readonly warnings: readonly Warning[];
  ask(context: ModelContext): Promise<Given>;
  /** Why it is no answer, if it is none. */
  fault?(given: Given): LlmError | undefined;
  usage(given: Given): Usage | undefined;
  /** `prepared`: the warnings of the request, which go before the vendor's. */
  result(given: Given, prepared: readonly Warning[], facts: Facts): Result;
}

interface Facts {
  readonly spec: string;
  readonly attempts: readonly Attempt[];
}

/** What gates see of a request that is not a chat: they look at its payload. */
export const NO_CHAT: ModelRequest = {
  system: undefined,
  messages: [],
  tools: [],
  output: undefined,
  extra: {},
};

/** Throws for what no target could take, with the place. */
export const invalid = (path: string, why: string): LlmError =>
  new LlmError('invalid-request', `${path} ${why}`, { path });

/** The request itself, which untyped code may have left out. */
export function asked<Request extends object>(request: Request): Request {
  const given: unknown = request;
  if (typeof given !== 'object' || given === null) throw invalid('the request', 'must be an object');
  return request;
}

/** Throws for a word that is none of these; it may be left out. */
export function oneOf(words: readonly string[], given: unknown, path: string): void {
  if (given !== undefined && !words.includes(given as string))
    throw invalid(path, `must be one of ${words.join(', ')}, not ${JSON.stringify(given)}`);
}

/** A question, ready for one target. */
export class InOnePiece<Given extends object, Result> implements PreparedCall<Given, Result> {
  readonly request: ModelRequest = NO_CHAT;
  readonly isNonStreaming = true;
  readonly payload: AttemptInfo['payload'];
  readonly capabilities: Capabilities;
  readonly timeouts: Timeouts | undefined;
  private readonly question: Question<Given, Result>;

  constructor(question: Question<Given, Result>) {
    this.question = question;
    this.payload = question.payload;
    this.capabilities = question.capabilities ?? {};
    this.timeouts = question.timeouts;
  }

  /** The same again, such as with another credential: a recovery changes requests of chats only. */
  withRecovery({ what }: Recovery, why: string): InOnePiece<Given, Result> {
    const { question } = this;
    const warnings: readonly Warning[] = [...question.warnings, { action: 'repaired', what, why }];
    return new InOnePiece({ ...question, warnings });
  }

  async *open(context: ModelContext): AsyncGenerator<Given> {
    yield await this.question.ask(context);
  }

  newAnswer(): Answer<Given, Result> {
    return new OnePiece(this.question);
  }
}

class OnePiece<Given extends object, Result> implements Answer<Given, Result> {
  readonly characters = 0;
  private readonly question: Question<Given, Result>;
  private given: Given | undefined;

  constructor(question: Question<Given, Result>) {
    this.question = question;
  }

  push(given: Given): 'finish' {
    this.given = given;
    return 'finish';
  }

  opening(held: readonly Given[]): readonly Given[] {
    return held;
  }

  fault(): LlmError | undefined {
    return this.given && this.question.fault?.(this.given);
  }

  shown(): [] {
    return [];
  }

  partial(): undefined {
    return undefined;
  }

  get usage(): Usage | undefined {
    return this.given && this.question.usage(this.given);
  }

  result(facts: Facts): Result {
    const { question, given } = this;
    if (given === undefined)
      throw new LlmError('protocol', `${question.target} gave nothing`, { target: question.target });
    return question.result(given, question.warnings, facts);
  }
}

/** What is billed by other units, of an answer without tokens. */
export const unitsAlone = (units: Readonly<Record<string, number>>): Usage => ({
  ...UNKNOWN_TOKENS,
  details: { units },
});

/** Usage of a vendor that reports no tokens. It may bill for other units, or not have counted. */
export const UNKNOWN_TOKENS: Usage = {
  input: undefined,
  output: undefined,
  cacheRead: undefined,
  cacheWrite: undefined,
  reasoning: undefined,
};
