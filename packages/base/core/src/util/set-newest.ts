/** Sets an entry as the newest one of a map. If the map then has more than `most` entries, removes the oldest one. */
export function setNewest<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, most: number): void {
  // Deleted first, because a map retains the place of an entry that is set again.
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > most && oldest.done === false) map.delete(oldest.value);
}

/** Adds a value as the newest one of a set. If the set then has more than `most` values, removes the oldest one. */
export function addNewest<Value>(set: Set<Value>, value: Value, most: number): void {
  set.delete(value);
  set.add(value);
  const oldest = set.values().next();
  if (set.size > most && oldest.done === false) set.delete(oldest.value);
}
