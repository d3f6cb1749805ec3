import { wellFormedStrings } from '@majordomo/wire-kit';
import type { AiBinding, CloudflareOptions } from './options.ts';
import type { Run } from './run.ts';

/** Runs a model through the binding; what it gives, a stream or an object, becomes a response like any other. */
export async function runBound(
  binding: AiBinding,
  { gateway, sessionAffinity, headers }: CloudflareOptions,
  { modelId, input, context: { signal } }: Run,
): Promise<Response> {
  signal.throwIfAborted();
  const extraHeaders = {
    ...headers,
    ...(sessionAffinity === undefined ? undefined : { 'x-session-affinity': sessionAffinity }),
  };
  const options = {
    ...(gateway === undefined ? undefined : { gateway: present(gateway) }),
    ...(Object.keys(extraHeaders).length === 0 ? undefined : { extraHeaders }),
  };
  const running = withSignal(binding, modelId, bound(input), options, signal);
  return toResponse(await unlessAborted(running, signal));
}

/** A form goes through the binding as its bytes and their type (FLUX.2 in @cloudflare/workers-types 5). */
function bound(input: object): object {
  // What is behind the binding reads JSON.
  if (!(input instanceof FormData)) return wellFormedStrings(input);
  const { body, headers } = new Response(input);
  return { multipart: { body, contentType: headers.get('content-type') } };
}

/** Bindings that a signal cannot be handed to. */
const deaf = new WeakSet<AiBinding>();

/** `env.AI` takes a signal. A stub of another isolate cannot send one on: it says so before anything is sent. */
async function withSignal(
  binding: AiBinding,
  modelId: string,
  input: object,
  options: object,
  signal: AbortSignal,
): Promise<unknown> {
  if (!deaf.has(binding)) {
    try {
      return await binding.run(modelId, input, { ...options, signal });
    } catch (error) {
      if (!(error instanceof Error && error.name === 'DataCloneError')) throw error;
      deaf.add(binding);
    }
  }
  return binding.run(modelId, input, options);
}

/** Not every binding listens to its signal: the wait is given up on this side. */
async function unlessAborted(running: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  let giveUp = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => {
      reject(signal.reason as Error);
      // Nobody reads an answer that comes later.
      running.then(dispose, () => undefined);
    };
    signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([running, aborted]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

function dispose(answer: unknown): void {
  const body = answer instanceof Response ? answer.body : answer;
  if (body instanceof ReadableStream) void body.cancel().catch(() => undefined);
}

function toResponse(answer: unknown): Response {
  if (answer instanceof Response) return answer;
  if (answer instanceof ReadableStream)
    return new Response(answer, { headers: { 'content-type': 'text/event-stream' } });
  return new Response(JSON.stringify(answer ?? null), { headers: { 'content-type': 'application/json' } });
}

/** Members with a value: the other side takes `undefined` for one. */
const present = (options: object): object =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
