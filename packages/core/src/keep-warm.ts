const idle: object[] = [];

/**
 * Keeps an object that nobody uses, so that its class stays warm. V8 forgets the shape of objects, and with it all code
 * that it compiled for them, when a collection finds none of them alive: between two calls of a quiet process that is
 * every class of a call, and the next call is run by the interpreter. One idle object prevents it; made once for each
 * class that is used anew in each call, beside the class. Other engines lose nothing by it.
 */
export function keepWarm(object: object): void {
  idle.push(object);
}
