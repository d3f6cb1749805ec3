import * as openai from '@majordomo/provider-openai';
import type { AnyProfile } from './render.ts';

/** Profiles that are confirmed only by other projects' test data, which was not recorded from the vendor. */
const NOT_RECORDED: Readonly<Record<string, string>> = {
  alibaba: 'fixtures alone',
  moonshot: 'fixtures alone',
};

/** Profiles of provider-openai. */
export const ALL_PROFILES: readonly AnyProfile[] = [
  ...Object.values(openai).filter((value) => typeof value === 'object' && 'id' in value),
  openai.azureOpenAI({ resource: 'r' }),
  openai.azureResponses({ resource: 'r' }),
  openai.cloudflareGateway('account', 'gateway'),
]
  .map((profile) => ({ ...profile, unverified: profile.unverified ?? NOT_RECORDED[profile.id] }))
  .sort((a, b) => a.id.localeCompare(b.id));
