import { LlmError, type CallEvent, type ChatRequest } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import type { Inspector, InspectorOptions } from '@majordomo/inspector';
import { GATEWAY_FAILED, Refusal } from './errors/refusal.ts';
import type { Mounted, Settings } from './options.ts';

/** Handlers of the options `mounts` and `inspector`. */
export class Mounts {
  private readonly handlers: readonly Mounted[];

  constructor({ mounts, inspector, majordomo, models }: Settings) {
    if (inspector === undefined || inspector === false) this.handlers = mounts;
    else {
      const options = inspector === true ? {} : inspector;
      this.handlers = [...mounts, mountedInspector({ ...options, majordomo, models })];
    }
  }

  /** Returns the handler of a path, if one is mounted at or above it. */
  at(path: string): Mounted | undefined {
    return this.handlers.find((handler) => path === handler.path || path.startsWith(`${handler.path}/`));
  }

  /** Reports an event to every handler. A handler that throws does not affect the others. */
  readonly onEvent = (event: CallEvent, request?: ChatRequest): void => {
    for (const handler of this.handlers) notify(() => handler.onEvent?.(event, request));
  };
}

/** Creates the inspector when its package is loaded. Events and requests wait until then. */
function mountedInspector(options: InspectorOptions): Mounted {
  const loading = loadInspector(options);
  // Each request reports a failure.
  loading.catch(() => undefined);
  return {
    path: options.path ?? '/inspector',
    onEvent(event, request) {
      loading.then(
        (inspector) => {
          inspector.onEvent(event, request);
        },
        () => undefined,
      );
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
    const message = 'createGateway: `inspector` needs a package; install @majordomo/inspector';
    throw new LlmError('config', message, { path: 'inspector' }, { cause });
  });
  return createInspector(options);
}
