import { LlmError } from '@majordomo/core';

/** Prints as a mask everywhere; `reveal` is the only way in. */
export interface Secret {
  /** The value itself: hand it to what sends it, and to nothing else. */
  reveal(): string;
}

const SHOWN = '[secret]';

/** Wraps a value so that no log shows it. Throws `config` for an empty one. */
export function secret(value: string): Secret {
  if (typeof value !== 'string' || value.trim() === '') {
    throw new LlmError('config', 'a secret is empty: check where its value comes from', { path: 'value' });
  }
  return new Hidden(value);
}

class Hidden implements Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    Object.freeze(this);
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [Symbol.toPrimitive](): string {
    return SHOWN;
  }

  static {
    // What `console.log` and `inspect` of Node, Deno and Bun show.
    for (const name of ['nodejs.util.inspect.custom', 'Deno.customInspect']) {
      Object.defineProperty(this.prototype, Symbol.for(name), { value: () => SHOWN });
    }
  }
}
