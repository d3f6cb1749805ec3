import type { ServiceTier } from '@majordomo/core';
import { maybe, record, text, type Members } from './read.ts';

/** `auto` and `scale` are the vendor's own business. */
export const tierOf = (word: string | undefined): ServiceTier | undefined =>
  word === 'default' || word === 'flex' || word === 'priority' ? word : undefined;

/** Only for the events of the call: no vendor sees it. */
export function metadataOf(body: Members): Readonly<Record<string, unknown>> | undefined {
  const metadata = maybe(body, 'metadata', record)?.value;
  const user = maybe(body, 'safety_identifier', text) ?? maybe(body, 'user', text);
  return user === undefined ? metadata : { ...metadata, user };
}
