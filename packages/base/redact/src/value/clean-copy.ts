import { verdictOn } from '../keyed/name.ts';
import { isWorkingFolder } from '../keyed/value.ts';

type Text = (text: string) => string;

/** Object to copy, and its copy without members. Tasks are queued, because recursion would overflow the stack on deep values. */
interface Task {
  readonly from: object;
  readonly to: object;
  /** Whether the object is a value under a secret name, so that all of its members are masked. */
  readonly isSecret: boolean;
}

/** Returns a deep copy of a value. Masks secrets in every string. Preserves cyclic references. */
export function cleanCopy<T>(value: T, text: Text, mask: string): T {
  const copies = new Map<object, object>();
  const tasks: Task[] = [];
  const copyOf = (member: unknown, isSecret: boolean): unknown => {
    if (typeof member === 'string') {
      if (isSecret && member !== '') return mask;
      return isDataUrl(member) ? member : text(member);
    }
    if (typeof member === 'number' || typeof member === 'bigint') return isSecret ? mask : member;
    if (typeof member !== 'object' || member === null) return member;
    if (isSecret && bytesMember(member) === '$bytes') return mask;
    const known = copies.get(member);
    if (known !== undefined) return known;
    const copy = emptyCopy(member, text, mask);
    if (copy === member) return isSecret ? secretObject(member, mask) : member;
    copies.set(member, copy);
    tasks.push({ from: member, to: copy, isSecret });
    return copy;
  };
  const copy = copyOf(value, false);
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) fill(task, copyOf, text);
  return copy as T;
}

type CopyOf = (member: unknown, isSecret: boolean) => unknown;

/** Returns an empty copy of a container, a masked copy of a URL, headers or a query, or `member` itself for any other object. */
function emptyCopy(member: object, text: Text, mask: string): object {
  if (Array.isArray(member)) return emptyList(member.length);
  if (member instanceof Map) return new Map();
  if (member instanceof Set) return new Set();
  if (member instanceof Error) return Object.create(Object.getPrototypeOf(member) as object) as object;
  if (member instanceof URL) return cleanUrl(member, text);
  if (member instanceof Headers) return cleanHeaders(member, text, mask);
  if (member instanceof URLSearchParams) return cleanQuery(member, text, mask);
  const prototype: unknown = Object.getPrototypeOf(member);
  if (prototype === null) return Object.create(null) as object;
  // Compare the prototype's prototype, because a plain object may belong to another realm.
  return Object.getPrototypeOf(prototype) === null ? {} : member;
}

/** Returns an array of empty slots, which the caller fills. */
function emptyList(length: number): unknown[] {
  const list: unknown[] = [];
  list.length = length;
  return list;
}

function fill({ from, to, isSecret }: Task, copyOf: CopyOf, text: Text): void {
  if (from instanceof Map && to instanceof Map) {
    for (const [key, member] of from)
      to.set(copyOf(key, false), copyOf(member, isSecret || isSecretMember(key, member)));
  } else if (from instanceof Set && to instanceof Set) {
    for (const member of from) to.add(copyOf(member, isSecret));
  } else if (!(to instanceof URL || to instanceof Headers || to instanceof URLSearchParams)) {
    fillMembers(from, to, isSecret, copyOf, text);
  }
}

function fillMembers(from: object, to: object, isSecret: boolean, copyOf: CopyOf, text: Text): void {
  const isError = from instanceof Error;
  // Bytes are retained, unless they are a secret.
  const bytes = isSecret ? undefined : bytesMember(from);
  for (const key of Reflect.ownKeys(from)) {
    const enumerable = Object.getOwnPropertyDescriptor(from, key)?.enumerable === true;
    if (!(enumerable || isError)) continue;
    const member = (from as Record<PropertyKey, unknown>)[key];
    const name = typeof key === 'string' ? nameFor(to, text(key)) : key;
    const copy = key === bytes ? member : copyOf(member, isSecret || isSecretMember(key, member));
    Object.defineProperty(to, name, {
      value: copy,
      enumerable,
      writable: true,
      configurable: true,
    });
  }
}

/** Returns a name that the copy does not contain yet, because two names may have equal masks. */
function nameFor(to: object, name: string): string {
  let free = name;
  for (let number = 2; Object.hasOwn(to, free); number++) free = `${name} ${number}`;
  return free;
}

function isSecretName(key: unknown): boolean {
  if (typeof key !== 'string') return false;
  const verdict = verdictOn(key);
  if (verdict === undefined) return false;
  return verdict !== 'perhaps' || /^(?:token|secret|auth|credentials?|bearer|jwt)$/i.test(key);
}

const isSecretMember = (key: unknown, member: unknown): boolean =>
  isSecretName(key) && !(typeof member === 'string' && isWorkingFolder(String(key), member));

/**
 * Returns the name of the member that contains the bytes of a part, or of a value that `toJson` of core has tagged, as a string;
 * `undefined` if none does.
 */
function bytesMember(from: object): string | undefined {
  const { type, $bytes } = from as { type?: unknown; $bytes?: unknown };
  if (typeof $bytes === 'string') return '$bytes';
  const isMedia =
    typeof type === 'string' &&
    /^(?:image|file|audio|video|document|base64|input_audio|input_image|input_file)$/.test(type);
  return isMedia && 'data' in from && typeof from.data === 'string' ? 'data' : undefined;
}

const isDataUrl = (text: string): boolean =>
  /^data:[\w.+-]{1,100}\/[\w.+-]{1,100}[^,]{0,100};base64,/.test(text);

/** Returns the mask for bytes under a secret name, and an instance of another class unchanged. */
const secretObject = (member: object, mask: string): unknown =>
  ArrayBuffer.isView(member) || member instanceof ArrayBuffer ? mask : member;

function cleanUrl(url: URL, text: Text): URL {
  const clean = text(url.href);
  return clean === url.href ? new URL(url) : (URL.parse(clean) ?? new URL('redacted:'));
}

function cleanHeaders(headers: Headers, text: Text, mask: string): Headers {
  const clean = new Headers();
  // Masks are valid header values, because they are ASCII.
  for (const [name, value] of headers) clean.append(name, isSecretName(name) ? mask : text(value));
  return clean;
}

function cleanQuery(query: URLSearchParams, text: Text, mask: string): URLSearchParams {
  const clean = new URLSearchParams();
  // `key`, `sig` and `signature` are names of credentials only in a query.
  for (const [name, value] of query) {
    clean.append(name, isSecretName(name) || /^(?:key|sig|signature)$/i.test(name) ? mask : text(value));
  }
  return clean;
}
