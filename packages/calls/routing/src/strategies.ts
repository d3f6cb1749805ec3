import type { ChatRequest } from '@majordomo/core';
import type { StrategyName, Weights } from './contract.ts';

/** Weights by strategy. */
export const STRATEGIES: { readonly [name in StrategyName]: Weights } = {
  'cost-effective': { cost: 6, speed: 3, quality: 1 },
  balanced: { cost: 4, speed: 3, quality: 4 },
  'high-performance': { cost: 1, speed: 2, quality: 7 },
  'tool-calling': { cost: 2, speed: 3, quality: 5 },
  'long-context': { cost: 2, speed: 2, quality: 4 },
  vision: { cost: 2, speed: 2, quality: 4 },
  research: { cost: 1, speed: 2, quality: 6 },
};

const LONG_ANSWER_TOKENS = 4000;
const LONG_CHARACTERS = 20_000;

/** Returns the default strategy for a request. */
export function strategyOf(request: ChatRequest | undefined): StrategyName {
  if (request === undefined) return 'balanced';
  if (hasImages(request)) return 'vision';
  if ((request.tools?.length ?? 0) > 0 || request.output !== undefined) return 'tool-calling';
  if ((request.maxTokens ?? 0) >= LONG_ANSWER_TOKENS || characters(request) >= LONG_CHARACTERS)
    return 'long-context';
  return 'balanced';
}

/** Whether a message of a user or a tool contains an image. */
export const hasImages = ({ messages }: ChatRequest): boolean =>
  messages.some(({ parts }) =>
    parts.some(
      (part) =>
        part.type === 'image' || ('content' in part && part.content.some(({ type }) => type === 'image')),
    ),
  );

function characters({ system = '', messages }: ChatRequest): number {
  let sum = system.length;
  for (const { parts } of messages)
    for (const part of parts) if (part.type === 'text') sum += part.text.length;
  return sum;
}
