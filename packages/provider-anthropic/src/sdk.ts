// The class of clients without the SDK's methods for each path, a quarter of it: nothing else is used. By its own entry,
// since the main one loads the helpers as well.
import { BaseAnthropic, type ClientOptions } from '@anthropic-ai/sdk/client';
import { API_VERSION } from './request.ts';

/** Headers that this provider and the SDK set besides those of every SDK. */
export const HEADERS: readonly string[] = ['anthropic-version', 'authorization'];

/** Makes a client that takes nothing from the environment but ANTHROPIC_CUSTOM_HEADERS, which `fetch` removes. */
export const newClient = (
  settings: Pick<ClientOptions, 'baseURL' | 'fetch' | 'timeout'> & { readonly apiKey: string },
): BaseAnthropic =>
  new BaseAnthropic({
    ...settings,
    // They win over those of the variable.
    defaultHeaders: {
      accept: 'application/json',
      // A request with a body sets its own.
      'content-type': null,
      authorization: `Bearer ${settings.apiKey}`,
      'anthropic-version': API_VERSION,
    },
    maxRetries: 0,
    webhookKey: null,
    logLevel: 'off',
    openTelemetry: false,
  });
