import { LlmError } from '@majordomo/core';

/** Value that is printed as a mask. Only `reveal` returns the value. */
export interface Secret {
  /** Returns the value. Pass it only to code that sends or stores the secret. */
  reveal(): string;
}

const SHOWN = '[secret]';

/** Wraps a value so that logs do not show it. Throws `config` for an empty value. */
export function secret(value: string): Secret {
  if (typeof value !== 'string' || value.trim() === '') {
    throw new LlmError('config', 'secret: value must not be empty; check its source', { path: 'value' });
  }
  return new Hidden(value);
}

class Hidden implements Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
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
    // Methods that `console.log` and `inspect` call: the first in Node and Bun, the second in Deno.
    for (const name of ['nodejs.util.inspect.custom', 'Deno.customInspect']) {
      Object.defineProperty(this.prototype, Symbol.for(name), { value: () => SHOWN });
    }
  }
}
