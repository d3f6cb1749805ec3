const COHERE = 'deprecated on 2025-09-15: docs.cohere.com, models; no other source lists it; 2026-11-27';
const BEDROCK = 'an id of 2023 that no other source lists; 2026-11-27';
const NO_VERSION = 'the other sources list the id without a version; 2026-11-27';

/** Ids that SDKs name and the catalog does not add, by `vendor/id`, with the reason and the date of the look-up. */
export const LEFT_OUT: ReadonlyMap<string, string> = new Map([
  ['amazon-bedrock/amazon.titan-tg1-large', BEDROCK],
  ['amazon-bedrock/anthropic.claude-v2', BEDROCK],
  ['amazon-bedrock/anthropic.claude-sonnet-4-6-v1', NO_VERSION],
  ['amazon-bedrock/us.anthropic.claude-sonnet-4-6-v1', NO_VERSION],
  ['cohere/command-light-nightly', COHERE],
  ['cohere/command-r-03-2024', COHERE],
  ['cohere/command-r-plus-04-2024', COHERE],
]);
