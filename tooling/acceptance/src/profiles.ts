import * as openai from '@majordomo/provider-openai';
import { openaiCompatible, type Profile, type ResponsesProfile } from '@majordomo/provider-openai';
import { chatDialects, openaiChatWire, openaiResponses } from '@majordomo/conformance';
import type { Side } from './wires.ts';

const apiKey = 'test-key';

const chatSide = (profile: Profile, model = 'some-model'): Side => ({
  wire: openaiChatWire(chatDialects[profile.id] ?? { name: profile.id }),
  model,
  provider: (id, baseURL) => openaiCompatible(profile, { id, apiKey, baseURL }),
});

const responsesSide = (profile: ResponsesProfile): Side => ({
  wire: openaiResponses,
  model: 'some-model',
  provider: (id, baseURL) => openaiCompatible(profile, { id, apiKey, baseURL }),
});

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

/** All profiles of provider-openai, each with a test server that has the vendor's differences. */
export const PROFILE_SIDES: readonly (readonly [name: string, side: Side])[] = [
  ...SIGNED_SIDES,
  ...[
    ...Object.values(openai).filter((value) => typeof value === 'object' && 'id' in value),
    openai.azureOpenAI({ resource: 'r' }),
    openai.azureResponses({ resource: 'r' }),
    openai.cloudflareGateway('account', 'gateway'),
  ]
    .filter(({ id }) => !(id in CANNOT))
    .map((profile): readonly [string, Side] =>
      'api' in profile
        ? [`${profile.id} over Responses`, responsesSide(profile)]
        : [profile.id, chatSide(profile)],
    ),
];
