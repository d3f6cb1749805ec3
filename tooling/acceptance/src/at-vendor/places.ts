import type { Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createBedrock } from '@majordomo/provider-bedrock';
import { createGoogle } from '@majordomo/provider-google';
import * as profiles from '@majordomo/provider-openai';
import { openaiCompatible, type Profile } from '@majordomo/provider-openai';
import type { Recording } from '@majordomo/test-support';
import { NodeHttpHandler } from '@smithy/node-http-handler';

type AnyProfile = Profile & { readonly api?: 'responses' };
const PROFILES = Object.values(profiles).filter(
  (value): value is AnyProfile => typeof value === 'object' && 'baseURL' in value,
);

/** Creates the real provider of a recording, with another base URL. */
export function providerOf({ vendor, expected }: Recording, baseURL: string): Provider {
  const apiKey = 'k';
  switch (expected.wire) {
    case 'anthropic-messages':
      return createAnthropic({ apiKey, baseURL });
    case 'gemini-generate':
      return createGoogle({ apiKey, baseURL });
    case 'bedrock-converse':
      return createBedrock({
        apiKey,
        region: 'us-east-1',
        baseURL,
        requestHandler: () => new NodeHttpHandler(),
      });
    default: {
      const api = expected.wire === 'openai-responses' ? ('responses' as const) : undefined;
      const known = PROFILES.find((one) => one.id === vendor && one.api === api);
      const profile = known ?? { id: vendor, vendor, baseURL, ...(api !== undefined && { api }) };
      return openaiCompatible(profile, { apiKey, baseURL });
    }
  }
}

/** Returns a model id. If the model family depends on the id, returns an id of the vendor. */
export const modelOf = ({ expected }: Recording): string =>
  ({
    'anthropic-messages': 'claude-sonnet-4-6',
    'gemini-generate': 'gemini-3-pro-preview',
    'bedrock-converse': 'amazon.nova-2-lite-v1:0',
  })[expected.wire] ?? 'm';
