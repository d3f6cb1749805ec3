import { Cerebras } from '@cerebras/cerebras_cloud_sdk';
import type { ClientSettings, SdkClient } from '@majordomo/openai-wire';

/** The client's class with other types: those of the SDK describe another fetch. */
export const Client = Cerebras as unknown as new (options: object) => SdkClient;

/**
 * Separate agent. Otherwise the SDK sets this timeout on the agent that all of its clients share, and Node warns at each
 * request of the application's clients, because its timers do not accept the value.
 */
const NO_AGENT = {};

/** Creates a client that reads nothing from the process environment but CEREBRAS_CUSTOM_HEADERS, which `fetch` removes. */
export const newClient = ({ key, ...settings }: ClientSettings): SdkClient =>
  new Client({
    ...settings,
    apiKey: key ?? 'none',
    maxRetries: 0,
    warmTCPConnection: false,
    httpAgent: NO_AGENT,
  });
