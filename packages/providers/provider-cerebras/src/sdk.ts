import { Cerebras } from '@cerebras/cerebras_cloud_sdk';
import type { ClientSettings, SdkClient } from '@majordomo/openai-wire';

/** Client class of the SDK. The cast is needed because the SDK declares a different type for its option `fetch`. */
export const Client = Cerebras as unknown as new (options: object) => SdkClient;

/**
 * Object in place of an agent. Without it, the SDK sets the timeout of this client on the agent that all of its clients share.
 * Node's timers cannot represent that timeout, so Node would print a warning for each request of the application's clients.
 */
const NO_AGENT = {};

/** Creates a client. From the process environment, the SDK reads only CEREBRAS_CUSTOM_HEADERS. `fetch` removes its headers. */
export const newClient = ({ key, ...settings }: ClientSettings): SdkClient =>
  new Client({
    ...settings,
    // The SDK requires a key. Without one, the default headers remove the header that would contain it.
    apiKey: key ?? 'none',
    maxRetries: 0,
    warmTCPConnection: false,
    httpAgent: NO_AGENT,
  });
