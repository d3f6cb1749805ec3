import type { Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createBedrock } from '@majordomo/provider-bedrock';
import { createCerebras } from '@majordomo/provider-cerebras';
import { createCloudflare } from '@majordomo/provider-cloudflare';
import { createGoogle } from '@majordomo/provider-google';
import { createGroq } from '@majordomo/provider-groq';
import { createLlamaSwap } from '@majordomo/provider-llama-swap';
import { createOllama } from '@majordomo/provider-ollama';
import { openaiCompatible } from '@majordomo/provider-openai';
import { awsHandler, collect, type Collected } from '@majordomo/testing';
import { ALL_PROFILES } from '../profiles.ts';
import { fetchOf, type Respond } from '../exchange.ts';

const at = { apiKey: 'test-key', baseURL: 'http://wire.test' } as const;

/** Providers that are not profiles of provider-openai, by API and vendor. `''`: provider for every vendor without an entry. */
const OWN: Readonly<Record<string, Readonly<Record<string, (respond: Respond) => Provider>>>> = {
  'anthropic-messages': { '': (respond) => createAnthropic({ ...at, fetch: fetchOf(respond) }) },
  'gemini-generate': {
    '': (respond) => createGoogle({ ...at, fetch: fetchOf(respond) }),
    vertex: (respond) =>
      createGoogle({
        baseURL: at.baseURL,
        project: 'p',
        location: 'global',
        token: 't',
        fetch: fetchOf(respond),
      }),
  },
  'bedrock-converse': {
    '': (respond) =>
      createBedrock({ ...at, region: 'us-east-1', requestHandler: () => awsHandler(fetchOf(respond)) }),
  },
  'ollama-chat': { '': (respond) => createOllama({ ...at, fetch: fetchOf(respond) }) },
  'workersai-run': {
    '': (respond) => createCloudflare({ ...at, accountId: 'account', fetch: fetchOf(respond) }),
  },
  'openai-chat': {
    groq: (respond) => createGroq({ ...at, fetch: fetchOf(respond) }),
    cerebras: (respond) => createCerebras({ ...at, fetch: fetchOf(respond) }),
    'llama-swap': (respond) => createLlamaSwap({ ...at, fetch: fetchOf(respond) }),
  },
};

/** APIs that a provider implements. */
export const IMPLEMENTED_WIRES: readonly string[] = [...Object.keys(OWN), 'openai-responses'];

function openaiOf(wire: string, vendor: string, respond: Respond): Provider {
  const options = { ...at, fetch: fetchOf(respond) };
  const own = ALL_PROFILES.filter(({ id }) => id === vendor);
  // A vendor has a profile for each of its APIs, with the same id.
  for (const profile of own) {
    if ('api' in profile && wire === 'openai-responses') return openaiCompatible(profile, options);
    if (!('api' in profile) && wire === 'openai-chat') return openaiCompatible(profile, options);
  }
  const plain = { id: vendor, baseURL: at.baseURL };
  return wire === 'openai-chat'
    ? openaiCompatible(plain, options)
    : openaiCompatible({ ...plain, api: 'responses' }, options);
}

/** Provider that is called repeatedly, each time with another response. */
export interface StreamCaller {
  /** Makes a streamed call. The body may depend on the request. */
  call(respond: Respond): Promise<Collected>;
}

/** Creates the provider for a vendor and an API, with its real SDK. */
export function streamCallerOf(wire: string, vendor: string): StreamCaller {
  let currentRespond: Respond = () => {
    throw new Error('the response is not set yet');
  };
  const respond: Respond = (sentRequest) => currentRespond(sentRequest);
  const own = OWN[wire];
  const open = own?.[vendor] ?? own?.[''];
  const model = (open?.(respond) ?? openaiOf(wire, vendor, respond)).model('some-model');
  const request = {
    messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
    tools: [],
    output: undefined,
    extra: {},
  } as const;
  return {
    call(nextRespond) {
      currentRespond = nextRespond;
      const { signal } = new AbortController();
      return collect(model, request, { target: `${vendor}/m`, delivery: 'deltas', signal, env: {} });
    },
  };
}
