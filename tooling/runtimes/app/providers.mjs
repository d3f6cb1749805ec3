// Providers that every runtime can load: the packages of three vendors, by their names in the suite.
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createGoogle } from '@majordomo/provider-google';
import { createOpenAI } from '@majordomo/provider-openai';

/** Creates a provider. Without `id`, the package's default applies. */
export const PROVIDERS = {
  'openai-chat': (options) => createOpenAI({ api: 'chat', ...options, ...ownClient('openai-chat', options) }),
  'openai-responses': (options) => createOpenAI({ ...options, ...ownClient('openai-responses', options) }),
  'anthropic-messages': (options) =>
    createAnthropic({ ...options, ...ownClient('anthropic-messages', options) }),
  'gemini-generate': (options) => createGoogle(options),
};

let clientOf;

/** Options for a page. The SDKs of two vendors throw in a page, where users can read the key, unless an option permits it. */
export function insist(makeClient) {
  clientOf = makeClient;
}

function ownClient(side, options) {
  return clientOf === undefined ? {} : { client: clientOf(side, options) };
}
