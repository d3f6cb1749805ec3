import * as openai from '@majordomo/provider-openai';
import { openaiCompatible, type Profile, type ResponsesProfile } from '@majordomo/provider-openai';
import { chatDialects, openaiChatWire, openaiResponses } from '@majordomo/conformance';
import type { Side } from './wires.ts';

const apiKey = 'test-key';

const chatSide = (profile: Profile, model = 'some-model'): Side => ({
  wire: openaiChatWire(chatDialects[profile.id]),
  model,
  provider: (id, baseURL) => openaiCompatible(profile, { id, apiKey, baseURL }),
});

const responsesSide = (profile: ResponsesProfile): Side => ({
  wire: openaiResponses,
  model: 'some-model',
  provider: (id, baseURL) => openaiCompatible(profile, { id, apiKey, baseURL }),
});

/** Profiles that are confirmed only by other projects' test data, which was not recorded from the vendor. */
const NOT_RECORDED: Readonly<Record<string, string>> = {
  alibaba: 'fixtures alone',
  moonshot: 'fixtures alone',
};

/** Profiles of provider-openai. */
export const ALL_PROFILES: readonly (Profile | ResponsesProfile)[] = [
  ...Object.values(openai).filter((value) => typeof value === 'object' && 'id' in value),
  openai.azureOpenAI({ resource: 'r' }),
  openai.azureResponses({ resource: 'r' }),
  openai.cloudflareGateway('account', 'gateway'),
]
  .map((profile) => ({ ...profile, unverified: profile.unverified ?? NOT_RECORDED[profile.id] }))
  .sort((a, b) => a.id.localeCompare(b.id));

/** Profiles that cannot continue the conversation, each with the reason. */
const CANNOT: Readonly<Record<string, string>> = {
  perplexity: 'its models call no tools',
  poolside: 'its models see no images',
};

/** Profiles of gateways whose models use the same signed reasoning on every platform. */
const SIGNED_SIDES = [openai.openrouter, openai.vercelGateway].map(
  (profile) =>
    [`${profile.id} with signed reasoning`, chatSide(profile, 'anthropic/claude-sonnet-4.5')] as const,
);

/** All profiles, each with a test server that has the vendor's differences. */
export const PROFILE_SIDES: readonly (readonly [name: string, side: Side])[] = [
  ...SIGNED_SIDES,
  ...ALL_PROFILES.filter(({ id }) => !(id in CANNOT)).map((profile): readonly [string, Side] =>
    'api' in profile
      ? [`${profile.id} over Responses`, responsesSide(profile)]
      : [profile.id, chatSide(profile)],
  ),
];
