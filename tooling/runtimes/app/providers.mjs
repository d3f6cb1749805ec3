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

/** Models by side that accept everything that the suite sends. */
export const MODELS = {
  'openai-chat': 'gpt-4o-mini',
  'openai-responses': 'gpt-5',
  'anthropic-messages': 'claude-haiku-4-5',
  'gemini-generate': 'gemini-2.5-pro',
};

const OF_OPENAI = {
  embedding: 'text-embedding-3-small',
  transcription: 'whisper-1',
  speech: 'gpt-4o-mini-tts',
  moderation: 'omni-moderation-latest',
};

/** Models of other operations by side. */
export const OTHER_MODELS = {
  'openai-chat': OF_OPENAI,
  'openai-responses': OF_OPENAI,
  'gemini-generate': {
    embedding: 'gemini-embedding-001',
    transcription: 'gemini-3.8-flash',
    speech: 'gemini-3.8-flash-tts',
  },
};

/** Cases by side that the models above do not support, with the reason. */
export const MODEL_CANNOT = {
  'openai-chat': { audio: 'this model accepts no audio; models with "audio" in their names do' },
};
