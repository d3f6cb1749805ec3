import { redact } from './secret.ts';

/** More than this is no error but what hangs on one: the rest is left out. */
const MOST_MEMBERS = 500;

/** What holds requests, sockets and headers in one runtime or another never comes along. */
const OPAQUE: unique symbol = Symbol('opaque');

/**
 * A foreign error, as a cause that may be shown: itself when all that it holds is plain and free of secrets, else a copy
 * without them. SDK errors carry the vendor's text, which may echo the key, and some the whole request.
 */
export function cleanCause(cause: unknown, secrets: readonly (string | undefined)[] = []): unknown {
  const cleaner = new Cleaner(secrets);
  const clean = cleaner.clean(cause);
  if (!cleaner.changed) return cause;
  return clean === OPAQUE ? new Error(`a ${typeof cause} that was not an error`) : clean;
}

class Cleaner {
  changed = false;
  private readonly secrets: readonly (string | undefined)[];
  private readonly seen = new Map<object, unknown>();
  private left = MOST_MEMBERS;

  constructor(secrets: readonly (string | undefined)[]) {
    this.secrets = secrets;
  }

  clean(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'function') return this.drop();
    if (typeof value !== 'object' || value === null) return value;
    if (this.seen.has(value)) return this.seen.get(value);
    if (this.left-- <= 0) return this.drop();
    if (value instanceof Error) return this.error(value);
    if (Array.isArray(value)) return this.members(value, []);
    if (value instanceof Headers) return this.members(Object.fromEntries(value), {});
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null ? this.members(value, {}) : this.drop();
  }

  private text(value: string): string {
    const clean = redact(value, this.secrets);
    if (clean !== value) this.changed = true;
    return clean;
  }

  private drop(): typeof OPAQUE {
    this.changed = true;
    return OPAQUE;
  }

  private error(error: Error): Error {
    const copy = new Error(this.text(error.message));
    this.members(error, copy);
    copy.name = this.text(error.name);
    copy.stack = this.text(error.stack ?? '');
    return copy;
  }

  /** Members that cannot be seen in JSON are seen by inspectors. */
  private members<T extends object>(from: object, to: T): T {
    this.seen.set(from, to);
    for (const key of Reflect.ownKeys(from)) {
      const member = Object.getOwnPropertyDescriptor(from, key);
      if (member === undefined || key === 'length' || key === 'stack') continue;
      const name = typeof key === 'string' ? this.text(key) : key;
      const value = 'value' in member ? this.clean(member.value) : this.drop();
      if (value !== OPAQUE)
        Object.defineProperty(to, name, { ...member, value, writable: true, configurable: true });
    }
    return to;
  }
}
