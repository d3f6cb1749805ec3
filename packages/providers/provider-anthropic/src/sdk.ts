// This entry point omits the SDK's helpers and its methods for each path, so it has a quarter of the SDK's size.
import { BaseAnthropic, type ClientOptions } from '@anthropic-ai/sdk/client';
import { API_VERSION } from './request.ts';

/** Headers that this provider and Anthropic's SDK set, in addition to the headers that every SDK sets. */
export const HEADERS: readonly string[] = ['anthropic-version', 'authorization'];

/** Creates a client. From the process environment, the SDK reads only ANTHROPIC_CUSTOM_HEADERS. `fetch` removes its headers. */
export const newClient = (
  settings: Pick<ClientOptions, 'baseURL' | 'fetch' | 'timeout'> & { readonly apiKey: string },
): BaseAnthropic =>
  new BaseAnthropic({
    ...settings,
    // These default headers replace headers of the same name in ANTHROPIC_CUSTOM_HEADERS.
    defaultHeaders: {
      accept: 'application/json',
      // Each request with a body sets its own content type.
      'content-type': null,
      authorization: `Bearer ${settings.apiKey}`,
      'anthropic-version': API_VERSION,
    },
    maxRetries: 0,
    webhookKey: null,
    logLevel: 'off',
    openTelemetry: false,
  });
