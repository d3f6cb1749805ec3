import type { ChatResponse, JsonObject, VendorFacts } from '@majordomo/core';
import { asList, asRecord, asText } from '@majordomo/core/toolkit';

/** Facts about a response over the Messages API. */
export interface MessagesFacts extends VendorFacts {
  readonly wire: 'anthropic-messages';
  /** Stop sequence of the request that ended the response. */
  readonly stopSequence?: string | undefined;
  /** Container in which the vendor's tools ran. The next request of the conversation continues it if it has a tool of the vendor. */
  readonly container?:
    | {
        readonly id: string;
        /** End of the container's lifetime, as an ISO 8601 date. */
        readonly expiresAt: string | undefined;
        /** Skills that the container has loaded, in the vendor's form. @default none */
        readonly skills?: readonly JsonObject[] | undefined;
      }
    | undefined;
}

/** Returns the facts of a response over the Messages API; `undefined` for a response over another wire. */
export const messagesFacts = ({ vendor }: Pick<ChatResponse, 'vendor'>): MessagesFacts | undefined =>
  vendor?.wire === 'anthropic-messages' ? (vendor as MessagesFacts) : undefined;

export function containerOf(raw: unknown): MessagesFacts['container'] {
  const { id, expires_at: expiresAt, skills } = asRecord(raw);
  if (typeof id !== 'string') return undefined;
  const loaded = asList(skills) as readonly JsonObject[];
  return { id, expiresAt: asText(expiresAt), ...(loaded.length > 0 && { skills: loaded }) };
}
