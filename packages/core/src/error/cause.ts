import { MASK, redactor } from './secret.ts';

/** Whatever is longer is not the error but what hangs on it: the rest is left out. */
const MOST_MEMBERS = 2000;
const MOST_CHARACTERS = 200_000;
/** Not shown before a cut, which may stand in a secret. */
const LONGEST_SECRET = 10_000;

const BRAND = Symbol.for('majordomo.LlmError');

/** Names of members that hold a credential, whatever it looks like. */
const CREDENTIAL =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookie|password|passphrase|(?:x-)?api[-_]?key)$|secret|token$|private_?key$/i;

/** What holds requests, sockets and headers in one runtime or another never comes along. */
const OPAQUE: unique symbol = Symbol();

/**
 * A foreign error, as a cause that may be shown: itself when all that it holds is plain and free of secrets, else a copy
 * without them. SDK errors carry the vendor's text, which may echo the key, and some the whole request.
 */
export function cleanCause(cause: unknown, secrets: readonly (string | undefined)[] = []): unknown {
  const cleaner = new Cleaner(secrets);
  const clean = cleaner.clean(cause);
  if (!cleaner.changed) return cause;
  return clean === OPAQUE ? new Error(`a thrown ${typeof cause}`) : clean;
}

class Cleaner {
  changed = false;
  private readonly redact: (text: string) => string;
  private readonly seen = new Map<object, unknown>();
  private left = MOST_MEMBERS;

  constructor(secrets: readonly (string | undefined)[]) {
    this.redact = redactor(secrets);
  }

  clean(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'function') return this.drop();
    if (typeof value !== 'object' || value === null) return value;
    if (this.seen.has(value)) return this.seen.get(value);
    if (value instanceof Error) return this.error(value);
    if (Array.isArray(value)) return this.members(value, []);
    if (value instanceof Headers) return this.members(Object.fromEntries(value), {});
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null ? this.members(value, {}) : this.drop();
  }

  private text(value: string): string {
    const clean = this.redact(value.slice(0, MOST_CHARACTERS));
    if (clean !== value) this.changed = true;
    return value.length > MOST_CHARACTERS ? clean.slice(0, -LONGEST_SECRET) || MASK : clean;
  }

  private drop(): typeof OPAQUE {
    this.changed = true;
    return OPAQUE;
  }

  private error(error: Error): Error {
    // Ours are clean when they are made.
    if (BRAND in error) return error;
    const message = textOf(error, 'message');
    const stack = textOf(error, 'stack');
    // It may be no text but something that holds one.
    if (stack === '') this.changed = true;
    const said = this.text(error instanceof SyntaxError ? this.withoutSample(message) : message);
    const copy = new Error(said);
    this.members(error, copy);
    copy.message = said;
    copy.name = this.text(textOf(error, 'name'));
    copy.stack = this.text(stack.replace(message, () => said));
    return copy;
  }

  /** Engines quote the text that they stumble over, a few characters of a key included. */
  private withoutSample(message: string): string {
    this.changed = true;
    return `not valid JSON${/ (?:in JSON )?at position \d+/.exec(message)?.[0] ?? ''}`;
  }

  /** HTTP libraries keep what they sent, such as `config.headers.Authorization`. */
  private member(key: PropertyKey, value: unknown): unknown {
    if (typeof value !== 'string' || typeof key !== 'string' || !CREDENTIAL.test(key))
      return this.clean(value);
    this.changed = true;
    return MASK;
  }

  /** Members that cannot be seen in JSON are seen by inspectors. */
  private members<T extends object>(from: object, to: T): T {
    this.seen.set(from, to);
    const known = from instanceof Error ? 'stack' : Array.isArray(from) && 'length';
    for (const key of Reflect.ownKeys(from)) {
      const member = Object.getOwnPropertyDescriptor(from, key);
      if (member === undefined || key === known) continue;
      if (this.left-- < 1) {
        this.drop();
        break;
      }
      const name = typeof key === 'string' ? this.text(key) : key;
      const value = 'value' in member ? this.member(key, member.value) : this.drop();
      if (value !== OPAQUE)
        Object.defineProperty(to, name, { ...member, value, writable: true, configurable: true });
    }
    return to;
  }
}

/** Returns an empty string for a member that is not a string: SDKs copy members of a body onto their errors. */
function textOf(error: Error, member: 'message' | 'name' | 'stack'): string {
  const value: unknown = error[member];
  return typeof value === 'string' ? value : '';
}
