import { estimateMessage, estimateRequest, estimateTokens } from '@majordomo/catalog/tokens';
import type { AssistantMessage, ChatRequest, Message, Usage } from '@majordomo/core';
import { setNewest, toolsToSend } from '@majordomo/core/toolkit';
import { beginsWith, isSame } from '../transcript/equality.ts';
import { plainTools } from './plain-tools.ts';

/** Function that counts the tokens in a string, such as a tokenizer's function. */
export type TokenCounter = (text: string) => number;

/** Parts of a request that the model reads. */
export type MeteredRequest = Pick<ChatRequest, 'messages' | 'system' | 'tools' | 'output'>;

/** Estimated number of tokens in a request. */
export interface MeterReading {
  readonly estimated: true;
  readonly tokens: number;
  /** Whether the estimate includes a vendor's count for the beginning of this conversation. */
  readonly anchored: boolean;
}

/** Meter that estimates tokens, and improves its estimates with the counts that vendors report. */
export interface TokenMeter {
  /** Returns the estimated input tokens. `target` (`provider/model`) determines image tokens and tokens that the vendor adds. */
  estimate(request: MeteredRequest, target?: string): MeterReading;
  /** Records the number of tokens that the vendor counted for a request. */
  observe(request: MeteredRequest, usage: Usage, target: string): void;
}

interface Anchor extends MeteredRequest {
  readonly input: number;
  /** Number of tokens that the response has when it is sent again as part of the transcript. */
  readonly answer: { readonly text: number; readonly reasoning: number } | undefined;
}

const MAX_ANCHORS = 64;

/** Share of the estimate below which a vendor's count is ignored, and the estimate in tokens above which this applies. */
const MIN_SHARE = 0.35;
const WORTH_DOUBT = 500;

/** Returns a meter with bounded memory. The meter counts tokens with `count`. Without `count`, it estimates them. */
export function tokenMeter({ count }: { readonly count?: TokenCounter | undefined } = {}): TokenMeter {
  const counter = safeCounter(count);
  const weights = new Weights(counter);
  /** Requests whose tokens a vendor has counted, with their targets, oldest first. */
  const anchors = new Map<Anchor, string>();
  const anchorOf = (request: MeteredRequest, target: string | undefined): Anchor | undefined =>
    [...anchors]
      .reverse()
      .find(
        ([anchor, anchorTarget]) =>
          (target ?? anchorTarget) === anchorTarget && continuesFrom(anchor, request),
      )?.[0];
  return {
    estimate(request, target) {
      const anchor = anchorOf(request, target);
      const tokens =
        anchor === undefined
          ? weights.ofRequest(request, target)
          : anchor.input + weights.afterAnchor(anchor, request, target);
      return { estimated: true, tokens, anchored: anchor !== undefined };
    },
    observe(request, usage, target) {
      const { messages, system, tools } = request;
      const { input, output, reasoning = 0 } = usage;
      if (input === undefined || !(input > 0)) return;
      // Some servers report only uncached input, so ignore a count far below the estimate.
      const estimated = weights.ofRequest(request, target);
      if (estimated > WORTH_DOUBT && input < estimated * MIN_SHARE) return;
      const answer = output === undefined ? undefined : { text: Math.max(0, output - reasoning), reasoning };
      // The new anchor replaces the anchors of earlier requests that this request continues.
      for (const [anchor, anchorTarget] of anchors)
        if (anchorTarget === target && continuesFrom(anchor, request)) anchors.delete(anchor);
      const anchor = { messages: [...messages], system, tools, output: request.output, input, answer };
      setNewest(anchors, anchor, target, MAX_ANCHORS);
    },
  };
}

const continuesFrom = (anchor: Anchor, { messages, system, tools, output }: MeteredRequest): boolean =>
  anchor.system === system &&
  hasSameTools(anchor.tools, tools) &&
  isSame(anchor.output, output) &&
  beginsWith(messages, anchor.messages);

const hasSameTools = (first: MeteredRequest['tools'], second: MeteredRequest['tools']): boolean =>
  first === second || isSame(plainTools(first), plainTools(second));

/** Token counts of requests. The count of each message is cached for one model. */
class Weights {
  private readonly weights = new WeakMap<Message, { readonly model: string | undefined; tokens: number }>();
  private readonly count: TokenCounter | undefined;

  constructor(count: TokenCounter | undefined) {
    this.count = count;
  }

  ofRequest({ messages, system, tools, output }: MeteredRequest, target: string | undefined): number {
    const [vendor, model] = partsOf(target);
    const { tokens } = estimateRequest(
      {
        messages: [],
        system,
        tools: plainTools(toolsToSend(tools ?? [], messages)),
        output: typeof output === 'object' ? { name: 'output', schema: output } : undefined,
      },
      { vendor, model, count: this.count },
    );
    return messages.reduce((sum, message) => sum + this.ofMessage(message, target), tokens);
  }

  /** Returns the number of tokens that the request adds to the anchor. Uses the vendor's count of the response, if one exists. */
  afterAnchor({ messages, answer }: Anchor, request: MeteredRequest, target: string | undefined): number {
    const [first, ...rest] = request.messages.slice(messages.length);
    if (first === undefined) return 0;
    const all = rest.reduce((sum, message) => sum + this.ofMessage(message, target), 0);
    if (first.role !== 'assistant' || answer === undefined) return all + this.ofMessage(first, target);
    // Vendors drop earlier reasoning after a new user message, but the model still reads that reasoning during tool calls.
    const isRead = hasReasoning(first) && !rest.some(({ role }) => role === 'user');
    return all + answer.text + (isRead ? answer.reasoning : 0);
  }

  private ofMessage(message: Message, target: string | undefined): number {
    const [, model] = partsOf(target);
    const known = this.weights.get(message);
    if (known !== undefined && known.model === model) return known.tokens;
    const tokens = estimateMessage(message, { model, count: this.count });
    this.weights.set(message, { model, tokens });
    return tokens;
  }
}

const hasReasoning = ({ parts }: AssistantMessage): boolean =>
  parts.some((part) => part.type === 'reasoning' || part.replay !== undefined);

function partsOf(
  target: string | undefined,
): readonly [vendor: string | undefined, model: string | undefined] {
  if (target?.includes('/') !== true) return [undefined, target];
  const slash = target.indexOf('/');
  return [target.slice(0, slash), target.slice(slash + 1)];
}

function safeCounter(count: TokenCounter | undefined): TokenCounter | undefined {
  if (count === undefined) return undefined;
  return (text) => {
    try {
      const tokens = count(text);
      if (Number.isFinite(tokens) && tokens >= 0) return tokens;
    } catch {
      // If the counter throws, use the estimate.
    }
    return estimateTokens(text);
  };
}
