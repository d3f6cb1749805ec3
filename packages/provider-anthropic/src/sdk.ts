// This entry exports the client without the methods for each path and without helpers, a quarter of the SDK.
import { BaseAnthropic, type ClientOptions } from '@anthropic-ai/sdk/client';
import { API_VERSION } from './request.ts';

/** Headers that this provider and the SDK set in addition to the common headers of all SDKs. */
export const HEADERS: readonly string[] = ['anthropic-version', 'authorization'];

/** Creates a client that reads nothing from the process environment but ANTHROPIC_CUSTOM_HEADERS, which `fetch` removes. */
export const newClient = (
  settings: Pick<ClientOptions, 'baseURL' | 'fetch' | 'timeout'> & { readonly apiKey: string },
): BaseAnthropic =>
  new BaseAnthropic({
    ...settings,
    // These replace headers of the same name in ANTHROPIC_CUSTOM_HEADERS.
    defaultHeaders: {
      accept: 'application/json',
      // Each request with a body sets this header.
      'content-type': null,
      authorization: `Bearer ${settings.apiKey}`,
      'anthropic-version': API_VERSION,
    },
    maxRetries: 0,
    webhookKey: null,
    logLevel: 'off',
    openTelemetry: false,
  });
