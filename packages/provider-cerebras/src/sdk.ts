import { Cerebras } from '@cerebras/cerebras_cloud_sdk';
import type { ClientSettings, SdkClient } from '@majordomo/openai-wire';

/** The SDK by what it is at run time: its types are those of another fetch, which is not used. */
export const Client = Cerebras as unknown as new (options: object) => SdkClient;

/**
 * Without one the SDK looks for the agent that all of its clients share, and gives it our timeout, which no timer of Node's takes:
 * a warning for each request of the app's own clients.
 */
const NO_AGENT = {};

/** What the SDK hands to its `fetch`. */
type Sent = RequestInit & { readonly agent?: unknown };

/** All that the SDK would take from the environment is said here: key, base URL, headers. */
export function newClient({ key, fetch, ...settings }: ClientSettings): SdkClient {
  const client = new Client({
    ...settings,
    // Another member than those of `fetch` would keep a request from the short way to the transport.
    fetch: (url: string, { agent: _agent, ...init }: Sent) => fetch(url, init),
    apiKey: key ?? 'none',
    maxRetries: 0,
    warmTCPConnection: false,
    httpAgent: NO_AGENT,
  });
  // CEREBRAS_CUSTOM_HEADERS cannot be declined by an option of 1.91: they land among the default headers.
  const settled: unknown = Reflect.get(client, '_options');
  if (typeof settled === 'object' && settled !== null) {
    Reflect.set(settled, 'defaultHeaders', settings.defaultHeaders);
  }
  return client;
}
