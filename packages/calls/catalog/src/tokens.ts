/**
 * Estimates and upper bounds of token counts, without a tokenizer and without a request.
 * @module
 */
export { maxRequestTokens, type BoundedRequest, type BoundTarget } from './tokens/bound.ts';
export { imageTokens } from './tokens/image.ts';
export {
  estimateMessage,
  estimateRequest,
  type EstimatedRequest,
  type EstimateTarget,
  type TokenEstimate,
} from './tokens/request.ts';
export { estimateTokens } from './tokens/text.ts';
