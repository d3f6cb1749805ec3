import type { ChatRequest } from '@majordomo/core';
import type { Needs } from '../contract.ts';
import { hasImages } from '../strategies.ts';
import { parseNanoUsd } from './usd.ts';

/** What a target has to be able to do: what the choice says, and what the request shows. */
export interface Requirements {
  readonly tools: boolean;
  readonly images: boolean;
  readonly structured: boolean;
  /** `undefined`: as it comes. */
  readonly reasoning: boolean | undefined;
  readonly contextTokens: number;
  readonly answerTokens: number;
  readonly maxNanoUsd: bigint | undefined;
  /** ISO, in UTC. */
  readonly today: string;
}

/** Puts the two together. */
export function requirementsOf(needs: Needs, request: ChatRequest | undefined, now: number): Requirements {
  const hasTools = (request?.tools?.length ?? 0) > 0;
  return {
    tools: needs.tools ?? hasTools,
    images: needs.images === true || (request !== undefined && hasImages(request)),
    structured: needs.structured === true || request?.output !== undefined,
    reasoning: needs.reasoning,
    contextTokens: needs.contextTokens ?? 0,
    answerTokens: request?.maxTokens ?? 0,
    maxNanoUsd: parseNanoUsd(needs.maxUsdPerCall),
    today: new Date(now).toISOString().slice(0, 10),
  };
}
