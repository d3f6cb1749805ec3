// A member that is not in the set of its object is reported in the response's `vendor.other`.

/** Members of a chunk that are read elsewhere, and the time of creation. */
export const CHUNK_MEMBERS: ReadonlySet<string> = new Set([
  'responseId',
  'modelVersion',
  'candidates',
  'promptFeedback',
  'usageMetadata',
  'error',
  'createTime',
  // Only chunks of background interactions have these members, see `chunksOf`.
  'cursor',
  'isLast',
]);

/** Members of a candidate that are read elsewhere. */
export const CANDIDATE_MEMBERS: ReadonlySet<string> = new Set([
  'content',
  'finishReason',
  'finishMessage',
  'avgLogprobs',
  'index',
  'logprobsResult',
  'groundingMetadata',
  'citationMetadata',
]);

/** Members of the usage that the contract represents, and the total. */
export const USAGE_MEMBERS: ReadonlySet<string> = new Set([
  'promptTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'toolUsePromptTokenCount',
  'cachedContentTokenCount',
  'promptTokensDetails',
  'candidatesTokensDetails',
  'serviceTier',
  'trafficType',
  'totalTokenCount',
]);

/** Members of grounding metadata that become citations and counts. */
export const GROUNDING_MEMBERS: ReadonlySet<string> = new Set([
  'groundingChunks',
  'groundingSupports',
  'webSearchQueries',
]);
