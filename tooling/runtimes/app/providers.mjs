// What every runtime can load: the three vendors' packages, by the name of the side they take in the suite.
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createGoogle } from '@majordomo/provider-google';
import { createOpenAI } from '@majordomo/provider-openai';

/** A provider per side; `id` is left to the package where it is not given. */
export const PROVIDERS = {
  'openai-chat': (options) => createOpenAI({ api: 'chat', ...options, ...ownClient('openai-chat', options) }),
  'openai-responses': (options) => createOpenAI({ ...options, ...ownClient('openai-responses', options) }),
  'anthropic-messages': (options) =>
    createAnthropic({ ...options, ...ownClient('anthropic-messages', options) }),
  'gemini-generate': (options) => createGoogle(options),
};

let clientOf;

/** For a page: two vendors' SDKs refuse to be there, where everybody can read the key, unless the app insists. */
export function insist(makeClient) {
  clientOf = makeClient;
}

function ownClient(side, options) {
  return clientOf === undefined ? {} : { client: clientOf(side, options) };
}

/** A model of each side that takes everything the suite sends. */
export const MODELS = {
  'openai-chat': 'gpt-4o-mini',
  'openai-responses': 'gpt-5',
  'anthropic-messages': 'claude-haiku-4-5',
  'gemini-generate': 'gemini-2.5-pro',
};
