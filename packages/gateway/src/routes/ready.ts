import { systemClock, type TargetHealth } from '@majordomo/core';
import type { GatewayContext } from '../context.ts';

/** Responds with whether any model is available. Contains no names or targets, because the path requires no key. */
export async function ready({ settings: { majordomo, models, anySpec } }: GatewayContext): Promise<Response> {
  const specs = Object.values(models);
  if (specs.length === 0 && anySpec) return Response.json({ status: 'ready' });
  for (const spec of specs) {
    if (await hasTarget(spec, majordomo)) return Response.json({ status: 'ready' });
  }
  return Response.json({ status: 'no model is available' }, { status: 503, headers: { 'retry-after': '5' } });
}

async function hasTarget(spec: string, majordomo: GatewayContext['settings']['majordomo']): Promise<boolean> {
  try {
    const targets = await majordomo.resolve(spec);
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
