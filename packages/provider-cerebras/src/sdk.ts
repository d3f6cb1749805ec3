import { Cerebras } from '@cerebras/cerebras_cloud_sdk';
import type { ClientSettings, SdkClient } from '@majordomo/openai-wire';

/** The SDK by what it is at run time: its types are those of another fetch, which is not used. */
export const Client = Cerebras as unknown as new (options: object) => SdkClient;

/**
 * Without one the SDK takes the agent that all of its clients share, and sets our timeout on it, which no timer of Node accepts:
 * a warning for each request of the application's own clients.
 */
const NO_AGENT = {};

/** Makes a client that takes nothing from the environment but CEREBRAS_CUSTOM_HEADERS, which `fetch` removes. */
export const newClient = ({ key, ...settings }: ClientSettings): SdkClient =>
  new Client({
    ...settings,
    apiKey: key ?? 'none',
    maxRetries: 0,
    warmTCPConnection: false,
    httpAgent: NO_AGENT,
  });
