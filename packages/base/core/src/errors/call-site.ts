import { CALLED_AT, LlmError } from '../types/llm-error.ts';

/** Place of a call in the application. The engine converts the stack frames to text only if `stack` is read. */
export interface CallSite {
  readonly stack?: string | undefined;
}

type Capture = (site: object, called: (...never: never[]) => unknown) => void;

/** Returns the place in the application from which the public function `callee` is being called. */
export function callSite(callee: (...never: never[]) => unknown): CallSite {
  const site: CallSite = {};
  // Only V8 has this function, which omits the frames of `callee` and of the functions that it has called.
  const capture = Reflect.get(Error, 'captureStackTrace') as Capture | undefined;
  if (capture === undefined) return { stack: new Error().stack };
  capture(site, callee);
  return site;
}

/**
 * Appends the frames of a call to the stack of its error and returns the error. An asynchronous error is created in another
 * turn of the event loop, whose stack does not contain the application.
 */
export function withCallSite<T>(site: CallSite | undefined, error: T): T {
  if (!(error instanceof Error)) return error;
  const frames = framesOf(site?.stack);
  if (frames.length === 0 || CALLED_AT in error) return error;
  Object.defineProperty(error, CALLED_AT, { value: frames });
  const { title, own } = splitStack(error);
  // Remove duplicates, because the stack of a synchronous error already contains the application's frames.
  const inner = own.filter((frame) => !frames.includes(frame));
  const outer = frames.filter((frame) => !NODE_FRAME.test(frame));
  error.stack = [title, ...inner.slice(0, MAX_OWN_FRAMES), ...outer.slice(0, MAX_APP_FRAMES)].join('\n');
  return error;
}

/** Frame of Node's loader below the application's module. */
const NODE_FRAME = /\bnode:internal\//;
const MAX_OWN_FRAMES = 4;
const MAX_APP_FRAMES = 6;

function splitStack({ name, message, stack = '' }: Error): { title: string; own: readonly string[] } {
  const own = framesOf(stack.slice(stack.indexOf(message) + message.length));
  return { title: `${name}: ${message}`, own };
}

/** Returns a promise for the result of `work`. If `work` rejects, the frames of the call are appended to its error. */
export const rejectWithCallSite = <T>(site: CallSite, work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw withCallSite(site, error);
  });

/** Returns the frames of a stack. V8 writes `    at name (file)`. Other engines write `name@file`. */
const framesOf = (stack = ''): readonly string[] =>
  stack.split('\n').filter((line) => /^\s+at |@/.test(line));

/**
 * Returns a copy of an inner call's `LlmError` with the frames of the wrapper's caller, or any other error unchanged. Several
 * callers of the wrapper may receive the same error, so each caller receives a copy with separate frames.
 */
export function copyWithCallSite(site: CallSite, error: unknown): unknown {
  if (!LlmError.is(error)) return error;
  const inner = (Reflect.get(error, CALLED_AT) ?? []) as readonly string[];
  const copy = new LlmError(error.kind, error.message, error.details, { cause: error.cause });
  const lines = (error.stack ?? '').split('\n');
  copy.stack = lines.filter((line) => !inner.includes(line)).join('\n');
  return withCallSite(site, copy);
}
