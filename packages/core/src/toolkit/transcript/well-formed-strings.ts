import { isList, isRecord } from '../decode/unknown.ts';

/**
 * The same value with U+FFFD for each half of a surrogate pair in its texts: for wires whose JSON is made elsewhere, see
 * `wellFormed`. What has none is given back as it is, bytes always.
 */
export function wellFormedStrings<T>(value: T): T {
  return changed(value) as T;
}

function changed(value: unknown): unknown {
  if (typeof value === 'string') return LONE.test(value) ? value.replaceAll(EVERY_LONE, '\ufffd') : value;
  if (isList(value)) {
    const list = value.map(changed);
    return list.some((item, at) => item !== value[at]) ? list : value;
  }
  if (!isRecord(value) || ArrayBuffer.isView(value)) return value;
  const members = Object.entries(value).map(([name, member]) => [name, changed(member)] as const);
  return members.some(([name, member]) => member !== value[name]) ? Object.fromEntries(members) : value;
}

const LONE = /\p{Surrogate}/u;
const EVERY_LONE = /\p{Surrogate}/gu;
