import { systemClock } from './time.ts';

/**
 * Returns a random UUID that begins with the time (version 7 of RFC 9562). Databases append such ids to the end of their indexes. Ids
 * in random order would change a page of each index per id.
 */
export function newUuid(): string {
  const time = systemClock.now().toString(16).padStart(12, '0');
  // The part of a random UUID after its version, which is the character 14.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}
