// Guest: a runtime that cannot be a server. It requests commands from a host, runs them, and reports the results. Uses Web APIs only.
import { fromJson, LlmError, toJson } from '@majordomo/core';
import { PROVIDERS } from './providers.mjs';
import { smoke } from './smoke.mjs';

/** Runs commands of the host at `url` until the command `end`. */
export async function serve(url) {
  const running = new Map();
  for (;;) {
    const order = await (await fetch(`${url}/next`)).json();
    if (order.do === 'end') return;
    if (order.do === 'stop') running.get(order.id)?.(order.how);
    else {
      const stop = Promise.withResolvers();
      running.set(order.id, stop.resolve);
      // Do not await it, because the host stops it with another command.
      void DO[order.do](order, (line) => tell(url, order.id, line), stop.promise)
        .catch((error) => tell(url, order.id, { crash: String(error) }))
        .finally(() => running.delete(order.id));
    }
  }
}

/** Sends a line to the host. The host responds when its reader requests the next line, so that the guest reads only requested data. */
async function tell(url, id, line) {
  await (await fetch(`${url}/told/${id}`, { method: 'POST', body: JSON.stringify(line) })).text();
}

const DO = {
  async smoke({ baseURLs }, say) {
    await say({ results: await smoke(baseURLs), end: true });
  },
  async stream({ side, options, model, request, context, aborted }, say, stopped) {
    const controller = new AbortController();
    if (aborted) controller.abort();
    const { signal } = controller;
    let hasLeft = false;
    void stopped.then((how) => {
      if (how === 'abort') controller.abort();
      else hasLeft = true;
    });
    try {
      // An unsupported request is refused here.
      const events = PROVIDERS[side](options)
        .model(model)
        .stream(fromJson(request), { ...context, signal });
      const steps = events[Symbol.asyncIterator]();
      for (;;) {
        const { done, value } = await steps.next();
        if (done) break;
        await Promise.race([say({ step: toJson('type' in value ? [value] : value) }), stopped]);
        if (hasLeft) return void (await steps.return?.());
      }
      await say({ end: true });
    } catch (error) {
      await say({ error: told(error), end: true });
    }
  },
};

/**
 * Returns the error as JSON. The recovery is a function and stays in the guest. Attempts and the partial response belong to the
 * chain.
 */
function told(error) {
  if (!LlmError.is(error)) return { message: String(error) };
  const { kind, message, details } = error;
  const hasRemedy = details.recover !== undefined;
  return {
    kind,
    message,
    details: { ...details, recover: undefined, attempts: undefined, partial: undefined },
    hasRemedy,
  };
}
