import { LlmError } from '@majordomo/core';
import {
  anyObject,
  anything,
  type Check,
  checked,
  checkNestedJson,
  flag,
  isList,
  isTooDeep,
  JsonSizeCheck,
  list,
  MAX_ELEMENTS,
  text,
} from '@majordomo/core/toolkit';

/** Members of AG-UI whose strings are parsed as JSON. */
const JSON_MEMBERS: ReadonlySet<string> = new Set(['arguments', 'encryptedValue']);

/** Value of any type that a client sent. The methods throw `invalid-request` with the path if the value has the wrong type. */
export class ClientValue {
  readonly value: unknown;
  /** Place in the request, such as `messages[0].parts[1]`. */
  readonly path: string;

  constructor(value: unknown, path: string) {
    this.value = value;
    this.path = path;
  }

  /**
   * Returns the value of a request. Throws if the value, or the JSON in one of its strings that is parsed later, has too many elements, or
   * is nested so deeply that it could exhaust the stack.
   */
  static ofRequest(value: unknown, path: string): ClientValue {
    const request = new ClientValue(value, path);
    if (isTooDeep(value)) throw request.invalid('the value is nested too deeply; flatten it');
    if (hasTooManyElements(value))
      throw request.invalid(`the value has more than ${MAX_ELEMENTS} array elements in total; send fewer`);
    checkNestedJson(value, new JsonSizeCheck(), (key, text) => (JSON_MEMBERS.has(key) ? text : undefined));
    return request;
  }

  /** Returns a member of the object. The member may be absent. */
  at(name: string): ClientValue {
    return new ClientValue(this.record()[name], `${this.path}.${name}`);
  }

  record(): Readonly<Record<string, unknown>> {
    return this.as(anyObject);
  }

  list(): readonly ClientValue[] {
    return this.as(list(anything)).map((item, index) => new ClientValue(item, `${this.path}[${index}]`));
  }

  text(): string {
    return this.as(text);
  }

  optionalText(): string | undefined {
    return this.value === undefined || this.value === null ? undefined : this.text();
  }

  boolean(): boolean {
    return this.as(flag);
  }

  invalid(problem: string): LlmError {
    return new LlmError('invalid-request', `${this.path}: ${problem}`, { path: this.path });
  }

  private as<T>(check: Check<T>): T {
    return checked(check, this.value, this.path, (_, why) => this.invalid(why));
  }
}

/** Whether all arrays in a value have more than `MAX_ELEMENTS` elements together. */
function hasTooManyElements(value: unknown): boolean {
  let elements = 0;
  const count = (each: unknown): boolean => {
    if (typeof each !== 'object' || each === null) return false;
    if (isList(each)) elements += each.length;
    return elements > MAX_ELEMENTS || Object.values(each).some(count);
  };
  return count(value);
}
