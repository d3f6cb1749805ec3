// This entry point omits the SDK's methods for each path and its helpers, so it is a quarter of the size.
import { BaseAnthropic, type ClientOptions } from '@anthropic-ai/sdk/client';
import { API_VERSION } from './request.ts';

/** Headers that this provider and the SDK set in addition to those that all SDKs set. */
export const HEADERS: readonly string[] = ['anthropic-version', 'authorization'];

/** Creates a client. From the process environment it reads only ANTHROPIC_CUSTOM_HEADERS, and `fetch` removes these headers. */
export const newClient = (
  settings: Pick<ClientOptions, 'baseURL' | 'fetch' | 'timeout'> & { readonly apiKey: string },
): BaseAnthropic =>
  new BaseAnthropic({
    ...settings,
    // These headers replace headers of the same name in ANTHROPIC_CUSTOM_HEADERS.
    defaultHeaders: {
      accept: 'application/json',
      // Do not set this header by default: each request with a body sets it.
      'content-type': null,
      authorization: `Bearer ${settings.apiKey}`,
      'anthropic-version': API_VERSION,
    },
    maxRetries: 0,
    webhookKey: null,
    logLevel: 'off',
    openTelemetry: false,
  });
