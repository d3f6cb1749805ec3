import { abortable } from '@majordomo/core/toolkit';
import { wellFormedStrings } from '@majordomo/wire-kit';
import { definedMembers } from '@majordomo/wire-kit/internal';
import type { AiBinding, CloudflareOptions } from './options.ts';
import type { Run } from './run.ts';

/** Models behind a binding. */
export class BoundModels {
  private readonly binding: AiBinding;
  private readonly options: CloudflareOptions;
  private acceptsSignal = true;

  constructor(binding: AiBinding, options: CloudflareOptions) {
    this.binding = binding;
    this.options = options;
  }

  /** Runs a model and returns the resulting stream or object as a `Response`. */
  async run({ modelId, input, context: { signal } }: Run): Promise<Response> {
    signal.throwIfAborted();
    const { gateway, sessionAffinity, headers } = this.options;
    const extraHeaders = {
      ...headers,
      ...(sessionAffinity === undefined ? undefined : { 'x-session-affinity': sessionAffinity }),
    };
    const options = {
      ...(gateway === undefined ? undefined : { gateway: definedMembers(gateway) }),
      ...(Object.keys(extraHeaders).length === 0 ? undefined : { extraHeaders }),
    };
    const running = this.send(modelId, bindingInput(input), options, signal);
    try {
      // Some bindings ignore the signal.
      return toResponse(await abortable(running, signal));
    } catch (error) {
      // Cancel a response that arrives after the abort.
      if (signal.aborted) running.then(dispose, () => undefined);
      throw error;
    }
  }

  /**
   * Runs the model with a signal. If the binding does not accept the signal, runs the model without it. The stub of another isolate
   * cannot transfer a signal, and throws before it sends a request.
   */
  private async send(modelId: string, input: object, options: object, signal: AbortSignal): Promise<unknown> {
    if (this.acceptsSignal) {
      try {
        return await this.binding.run(modelId, input, { ...options, signal });
      } catch (error) {
        if (!(error instanceof Error && error.name === 'DataCloneError')) throw error;
        this.acceptsSignal = false;
      }
    }
    return this.binding.run(modelId, input, options);
  }
}

/** Returns the input for the binding. A form becomes its bytes and media type (FLUX.2 in @cloudflare/workers-types 5). */
function bindingInput(input: object): object {
  // The service behind the binding parses JSON and rejects lone surrogates.
  if (!(input instanceof FormData)) return wellFormedStrings(input);
  const { body, headers } = new Response(input);
  return { multipart: { body, contentType: headers.get('content-type') } };
}

function dispose(answer: unknown): void {
  const body = answer instanceof Response ? answer.body : answer;
  if (body instanceof ReadableStream) void body.cancel().catch(() => undefined);
}

function toResponse(answer: unknown): Response {
  if (answer instanceof Response) return answer;
  // A chat response is a stream of events. Images and audio are streams too, but their readers ignore the media type.
  if (answer instanceof ReadableStream)
    return new Response(answer, { headers: { 'content-type': 'text/event-stream' } });
  return new Response(JSON.stringify(answer ?? null), { headers: { 'content-type': 'application/json' } });
}
