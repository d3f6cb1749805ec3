import type { ChatRequest } from '@majordomo/core';
import { nanoUsdOf } from '@majordomo/core/toolkit';
import type { Needs } from '../contract.ts';
import { hasImages } from '../strategies.ts';

/** Requirements of the choice and the request. */
export interface Requirements {
  readonly tools: boolean;
  readonly images: boolean;
  readonly structured: boolean;
  /** Whether the model must reason. `undefined`: no requirement. */
  readonly reasoning: boolean | undefined;
  readonly contextTokens: number;
  readonly answerTokens: number;
  readonly maxNanoUsd: bigint | undefined;
  /** Current ISO date in UTC. */
  readonly today: string;
}

/** Combines the needs of the choice with those of the request. */
export function requirementsOf(needs: Needs, request: ChatRequest | undefined, now: number): Requirements {
  const hasTools = (request?.tools?.length ?? 0) > 0;
  return {
    tools: needs.tools ?? hasTools,
    images: needs.images === true || (request !== undefined && hasImages(request)),
    structured: needs.structured === true || request?.output !== undefined,
    reasoning: needs.reasoning,
    contextTokens: needs.contextTokens ?? 0,
    answerTokens: request?.maxTokens ?? 0,
    maxNanoUsd: nanoUsdOf(needs.maxUsdPerCall),
    today: new Date(now).toISOString().slice(0, 10),
  };
}
