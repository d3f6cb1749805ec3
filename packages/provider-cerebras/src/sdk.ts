import { Cerebras } from '@cerebras/cerebras_cloud_sdk';
import type { ClientSettings, SdkClient } from '@majordomo/openai-wire';

/** Client class of the SDK. The cast is needed because the SDK declares a different type for its `fetch` option. */
export const Client = Cerebras as unknown as new (options: object) => SdkClient;

/**
 * Agent for this client only. Without it, the SDK sets this timeout on the agent that all of its clients share. Node's timers
 * do not accept the value, so Node would print a warning for each request of the application's own clients.
 */
const NO_AGENT = {};

/** Creates a client. From the process environment it reads only CEREBRAS_CUSTOM_HEADERS, and `fetch` removes these headers. */
export const newClient = ({ key, ...settings }: ClientSettings): SdkClient =>
  new Client({
    ...settings,
    apiKey: key ?? 'none',
    maxRetries: 0,
    warmTCPConnection: false,
    httpAgent: NO_AGENT,
  });
