/** Goes on with a value: at once, where it is there. */
export function whenThere<T, R>(value: T | Promise<T>, next: (value: T) => R): R | Promise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
