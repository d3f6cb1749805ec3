/** Sets an entry as the newest one of a map. If the map then has more than `most` entries, removes the oldest one. */
export function setNewest<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, most: number): void {
  // Deleted first, because a map retains the place of an entry that is set again.
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > most && oldest.done === false) map.delete(oldest.value);
}
