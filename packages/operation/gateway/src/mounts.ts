import type { MetricSample } from '@majordomo/admin';
import { LlmError, type CallEvent, type ChatRequest } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import type { Inspector, InspectorOptions } from '@majordomo/inspector';
import { GATEWAY_FAILED, Refusal } from './errors/refusal.ts';
import type { Mounted, Settings } from './options.ts';

/** Handlers that the options `mounts` and `inspector` add. */
export class Mounts {
  private readonly handlers: readonly Mounted[];
  private readonly inspector: ReturnType<typeof mountedInspector> | undefined;

  constructor({ mounts, inspector, majordomo, models, catalog }: Settings) {
    const options = inspector === true ? {} : inspector || undefined;
    this.inspector = options && mountedInspector({ catalog, ...options, majordomo, models });
    this.handlers = this.inspector === undefined ? mounts : [...mounts, this.inspector];
  }

  /** Passes changed options of the gateway to the inspector. */
  update({ majordomo, models }: Settings): void {
    this.inspector?.update({ majordomo, models });
  }

  /** Returns the handler that is mounted at the path or above it, or `undefined` if no handler is. */
  at(path: string): Mounted | undefined {
    return this.handlers.find((handler) => path === handler.path || path.startsWith(`${handler.path}/`));
  }

  /** Returns the metrics of all handlers. */
  metrics(): readonly MetricSample[] {
    return this.handlers.flatMap((handler) => handler.metrics?.() ?? []);
  }

  /** Reports an event to every handler. A handler that throws does not affect the others. */
  readonly onEvent = (event: CallEvent, request?: ChatRequest): void => {
    for (const handler of this.handlers) notify(() => handler.onEvent?.(event, request));
  };
}

/** Returns a handler that loads the inspector's package. Events and requests are delayed until the package is loaded. */
function mountedInspector(options: InspectorOptions): Mounted & Pick<Inspector, 'update'> {
  const loading = loadInspector(options);
  // `fetch` reports the failure, which must not be an unhandled rejection.
  loading.catch(() => undefined);
  return {
    path: options.path ?? '/inspector',
    onEvent(event, request) {
      loading.then((inspector) => inspector.onEvent(event, request)).catch(() => undefined);
    },
    update(change) {
      loading.then((inspector) => inspector.update(change)).catch(() => undefined);
    },
    async fetch(request, access) {
      const inspector = await loading.catch((cause: unknown) => {
        throw new Refusal('config', LlmError.is(cause) ? cause.message : GATEWAY_FAILED, {}, { cause });
      });
      return inspector.fetch(request, access);
    },
  };
}

async function loadInspector(options: InspectorOptions): Promise<Inspector> {
  const { createInspector } = await import('@majordomo/inspector').catch((cause: unknown) => {
    const message = 'createGateway: `inspector` requires a package; install @majordomo/inspector';
    throw new LlmError('config', message, { path: 'inspector' }, { cause });
  });
  return createInspector(options);
}
