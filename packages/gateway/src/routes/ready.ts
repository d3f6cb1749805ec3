import { systemClock, type TargetHealth } from '@majordomo/core';
import { invoke, notify, withTimeout } from '@majordomo/core/toolkit';
import type { GatewayContext } from '../context.ts';
import type { Settings } from '../options.ts';

/** Reports whether checks pass and a model is available. The response names no models or targets, because it requires no key. */
export async function ready({ settings, isDraining }: GatewayContext, requestId: string): Promise<Response> {
  if (isDraining()) return notReady({ status: 'the gateway is closing' });
  const failed = await failedChecks(settings, requestId);
  if (failed.length > 0) return notReady({ status: 'checks failed', failed });
  const { majordomo, models, anySpec } = settings;
  const specs = Object.values(models);
  if (specs.length === 0 && anySpec) return Response.json({ status: 'ready' });
  for (const spec of specs) {
    if (await hasTarget(spec, majordomo)) return Response.json({ status: 'ready' });
  }
  return notReady({ status: 'no model is available' });
}

const notReady = (body: object): Response =>
  Response.json(body, { status: 503, headers: { 'retry-after': '5' } });

/** Returns the names of the checks that reject or do not end within `MAX_CHECK_MS`. */
async function failedChecks({ checks, onError }: Settings, requestId: string): Promise<readonly string[]> {
  const results = Object.entries(checks).map(async ([name, check]) => {
    try {
      await withTimeout(Promise.resolve(invoke(check)), MAX_CHECK_MS, systemClock);
      return [];
    } catch (error) {
      notify(onError, error, { requestId });
      return [name];
    }
  });
  return (await Promise.all(results)).flat();
}

const MAX_CHECK_MS = 2000;

async function hasTarget(spec: string, majordomo: GatewayContext['settings']['majordomo']): Promise<boolean> {
  try {
    const targets = await withTimeout(majordomo.resolve(spec), MAX_CHECK_MS, systemClock);
    const known = majordomo.health.snapshot();
    return targets.some(({ target, health }) => !isBenched(health) && !isBenched(known[providerOf(target)]));
  } catch {
    return false;
  }
}

const isBenched = (health: TargetHealth | undefined): boolean =>
  health?.state === 'benched' && (health.until ?? 0) > systemClock.now();

/** Returns the key under which health benches all targets of a provider. */
const providerOf = (target: string): string => target.slice(0, target.indexOf('/') + 1);
