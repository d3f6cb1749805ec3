/** Members of a chunk that are read elsewhere, the time of creation, and the members of chunks of background interactions. */
export const CHUNK_MEMBERS: ReadonlySet<string> = new Set([
  'cursor',
  'isLast',
  'responseId',
  'modelVersion',
  'candidates',
  'promptFeedback',
  'usageMetadata',
  'error',
  'createTime',
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
