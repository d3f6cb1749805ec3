import { CALLED_AT, LlmError } from '../types/llm-error.ts';

/** Where the app made a call: frames as the engine keeps them, which become text only when the call fails. */
export interface CallSite {
  readonly stack?: string | undefined;
}

type Capture = (site: object, called: (...never: never[]) => unknown) => void;

/** Takes the place from which `called`, one of our functions, is being called. */
export function callSite(called: (...never: never[]) => unknown): CallSite {
  const site: CallSite = {};
  const capture = Reflect.get(Error, 'captureStackTrace') as Capture | undefined;
  if (capture === undefined) return { stack: new Error().stack };
  capture(site, called);
  return site;
}

/**
 * The error, with the frames of the call behind its own. What fails between the app and a vendor is thrown on another
 * turn of the event loop, where the app's line is on no stack any more.
 */
export function withCallSite<T>(site: CallSite | undefined, error: T): T {
  if (!(error instanceof Error)) return error;
  const frames = framesOf(site?.stack);
  if (frames.length === 0 || CALLED_AT in error) return error;
  Object.defineProperty(error, CALLED_AT, { value: frames });
  const { title, own } = partsOf(error);
  // What was thrown at once has the app's frames already.
  const ours = own.filter((frame) => !frames.includes(frame));
  error.stack = [title, ...ours.slice(0, MOST_OF_OURS), ...frames.slice(0, MOST_OF_THE_APP)].join('\n');
  return error;
}

/** A stack that is all ours tells the app nothing, and fills its screen. */
const MOST_OF_OURS = 4;
const MOST_OF_THE_APP = 6;

function partsOf({ name, message, stack = '' }: Error): { title: string; own: readonly string[] } {
  const own = framesOf(stack.slice(stack.indexOf(message) + message.length));
  return { title: `${name}: ${message}`, own };
}

/** The same for what rejects. */
export const rejectWithCallSite = <T>(site: CallSite, work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw withCallSite(site, error);
  });

/** V8 writes `    at line`, other engines `line@file`; both write one a line, V8 a title before. */
const framesOf = (stack = ''): readonly string[] =>
  stack.split('\n').filter((line) => /^\s+at |@/.test(line));

/**
 * The error of an inner call, as whoever wraps a model throws it: a copy with the frames of the wrapper's own caller. Others
 * may be told of the same error, each with frames of his own.
 */
export function copyWithCallSite(site: CallSite, error: unknown): unknown {
  if (!LlmError.is(error)) return error;
  const inner = (Reflect.get(error, CALLED_AT) ?? []) as readonly string[];
  const copy = new LlmError(error.kind, error.message, error.details, { cause: error.cause });
  const lines = (error.stack ?? '').split('\n');
  copy.stack = lines.filter((line) => !inner.includes(line)).join('\n');
  return withCallSite(site, copy);
}
