const cold: (() => object)[] = [];
const idle: object[] = [];

/**
 * Keeps an object that nobody uses, so that its class stays warm. V8 forgets the shape of objects, and with it all code
 * that it compiled for them, when a collection finds none of them alive: between two calls of a quiet process that is
 * every class of a call, and the next call is run by the interpreter. One idle object prevents it; said once for each
 * class that is used anew in each call, beside the class. Other engines lose nothing by it.
 *
 * @param make is asked when the first call of the process has ended: an import does no work, and the first answer does not
 *   wait for it
 */
export function keepWarm(make: () => object): void {
  cold.push(make);
}

/** At the end of a call: until then its own objects keep their classes warm. */
export function warmUp(): void {
  for (let make = cold.pop(); make !== undefined; make = cold.pop()) idle.push(make());
}

/** For what an idle object is made with and never calls. */
export const unused = (): never => {
  throw new TypeError('an idle object was used');
};
