import type { AiBinding } from '../src/index.ts';

/**
 * `env.AI` with its behavior: streams and objects instead of responses, and errors with a code in their message. It
 * forwards to a server that speaks REST.
 */
export const fakeBinding = (baseURL: string): AiBinding => ({
  async run(model, input, options: { signal?: AbortSignal } = {}) {
    const response = await fetch(`${baseURL}/accounts/acc/ai/run/${model}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
      signal: options.signal ?? null,
    });
    if (!response.ok) throw bindingError(await response.text());
    if (response.headers.get('content-type')?.includes('json') === true) {
      const body = await response.text();
      const { result, success } = JSON.parse(body === '' ? '{}' : body) as {
        result?: unknown;
        success?: boolean;
      };
      if (success === false) throw bindingError(body);
      return result;
    }
    return response.body;
  },
});

function bindingError(body: string): Error {
  try {
    const { errors } = JSON.parse(body) as { errors: { code: number; message: string }[] };
    return Object.assign(new Error(`${errors[0]?.code}: ${errors[0]?.message}`), {
      name: 'InferenceUpstreamError',
    });
  } catch {
    return Object.assign(new Error(body), { name: 'AiGatewayError' });
  }
}
