import { LlmError } from '@majordomo/core';
import { asRecord, asText } from '@majordomo/core/toolkit';
import type { Management } from './management.ts';
import type { ManageOptions } from './options.ts';

/** Model that has a running process. `proxy` is the address of the process's server. */
export interface RunningModel {
  readonly model: string;
  /** State: `starting`, `ready`, `stopping`, `shutdown`, or a state of a later version. */
  readonly state: string;
  readonly name: string | undefined;
  readonly description: string | undefined;
  /** Command that started the process. */
  readonly cmd: string | undefined;
  readonly proxy: string | undefined;
  /** Time without a request after which the model is unloaded, in seconds. 0 disables unloading. */
  readonly ttl: number | undefined;
}

/** Version information of the server. */
export interface SwapVersion {
  readonly version: string | undefined;
  readonly commit: string | undefined;
  readonly buildDate: string | undefined;
}

/** Reads `GET /running` (llama-swap, 2026-08). */
export async function running(server: Management, options: ManageOptions): Promise<readonly RunningModel[]> {
  const body = asRecord(await server.json('GET', '/running', options));
  const list = body['running'];
  if (!Array.isArray(list)) {
    const { target } = server;
    throw new LlmError('protocol', `${target}: expected \`running\` to be an array`, {
      target,
      path: 'running',
    });
  }
  return list.map(asRecord).flatMap((entry) => {
    const model = asText(entry['model']);
    if (model === undefined) return [];
    const { state, name, description, cmd, proxy, ttl } = entry;
    return [
      {
        model,
        state: asText(state) ?? '',
        name: nonEmpty(name),
        description: nonEmpty(description),
        cmd: nonEmpty(cmd),
        proxy: nonEmpty(proxy),
        ttl: typeof ttl === 'number' ? ttl : undefined,
      },
    ];
  });
}

/** Stops one model, or all models. Does not use the older `GET /unload`, because GET requests should not change state. */
export async function unload(
  server: Management,
  model: string | undefined,
  options: ManageOptions,
): Promise<void> {
  const segments = model?.split('/') ?? [];
  if (segments.some((segment) => segment === '.' || segment === '..')) {
    const { target } = server;
    throw new LlmError(
      'invalid-request',
      `"${String(model)}" is not a valid model id; use an id without the segments "." and ".."`,
      {
        target,
        path: 'model',
      },
    );
  }
  const path = segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');
  const response = await server.send('POST', `/api/models/unload${path}`, options);
  await response.body?.cancel();
}

/** Returns whether the server responds. Throws only for a missing URL and an abort. */
export async function health(server: Management, options: ManageOptions): Promise<boolean> {
  try {
    const response = await server.send('GET', '/health', options);
    await response.body?.cancel();
    return true;
  } catch (error) {
    if (LlmError.is(error, 'config', 'aborted')) throw error;
    return false;
  }
}

export async function version(server: Management, options: ManageOptions): Promise<SwapVersion> {
  const body = asRecord(await server.json('GET', '/api/version', options));
  return {
    version: asText(body['version']),
    commit: asText(body['commit']),
    buildDate: asText(body['build_date']),
  };
}

const nonEmpty = (value: unknown): string | undefined => (value === '' ? undefined : asText(value));
