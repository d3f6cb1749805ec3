import type { ServiceTier } from '@majordomo/core';
import { optional, object, string, type Fields } from './fields.ts';

/** Returns the service tier. `auto` and `scale` are settings of the vendor's account. */
export const tierOf = (word: string | undefined): ServiceTier | undefined =>
  word === 'default' || word === 'flex' || word === 'priority' ? word : undefined;

/** Returns metadata for the events of the call. No vendor receives it. */
export function metadataOf(body: Fields): Readonly<Record<string, unknown>> | undefined {
  const metadata = optional(body, 'metadata', object)?.value;
  const user = optional(body, 'safety_identifier', string) ?? optional(body, 'user', string);
  return user === undefined ? metadata : { ...metadata, user };
}
