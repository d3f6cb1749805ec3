import { systemClock } from '@majordomo/core';
import { authorize } from '../auth/authorize.ts';
import type { GatewayContext, RequestContext } from '../context.ts';
import { Refusal } from '../errors/refusal.ts';
import type { Mounted } from '../options.ts';

/** Responds with the metrics. The option `metrics` determines whether everyone or only admins have access. */
export async function metricsRoute(
  { request, trace }: Omit<RequestContext, 'caller'>,
  { settings, metrics, mounts }: GatewayContext,
): Promise<Response> {
  if (settings.metrics === 'admin' && !hasToken(request, settings.mounts)) {
    const caller = await authorize(request, settings, false);
    trace.caller = caller;
    if (caller.admin !== true) throw new Refusal('forbidden', 'the metrics require an admin key');
  }
  return new Response(metrics.text(settings.majordomo, mounts.metrics(), systemClock.now()), {
    headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' },
  });
}

/** Whether a mounted admin API accepts the token of the request. */
function hasToken({ headers }: Request, mounts: readonly Mounted[]): boolean {
  const [, token] = /^Bearer +(\S+) *$/i.exec(headers.get('authorization') ?? '') ?? [];
  return token !== undefined && mounts.some((mounted) => mounted.accepts?.(token) === true);
}
