import type { CatalogModel } from '@majordomo/catalog';
import { systemClock } from '@majordomo/core';
import { withTimeout } from '@majordomo/core/toolkit';
import { whileConnected } from '../errors/refusal.ts';
import type { Settings } from '../options.ts';
import { withHeaders } from './headers.ts';

/** Maximum wait for the catalog, in milliseconds. */
const TIMEOUT_MS = 2000;

/**
 * Adds headers to the response of a model that retires within 90 days or has retired: `Deprecation` (RFC 9745), `Sunset` (RFC
 * 8594) and `x-majordomo-successor`. Adds no headers if the catalog fails or does not respond within `TIMEOUT_MS`.
 */
export async function addLifecycle(
  response: Response,
  settings: Settings,
  signal: AbortSignal,
): Promise<Response> {
  const target = response.headers.get('x-majordomo-target');
  if (settings.catalog === undefined || target === null) return response;
  const found = whileConnected(() => lifecycleHeaders(target, settings), signal);
  return withHeaders(response, await withTimeout(found, TIMEOUT_MS, systemClock).catch(() => ({})));
}

async function lifecycleHeaders(
  target: string,
  { catalog, majordomo }: Settings,
): Promise<Readonly<Record<string, string>>> {
  const [resolved] = await majordomo.resolve(target);
  if (catalog === undefined || resolved?.vendor === undefined) return {};
  const model = (await catalog.find(resolved.vendor, resolved.model))?.model;
  const { noticeOf } = await import('@majordomo/catalog');
  if (model === undefined || noticeOf(model, new Date()) === undefined) return {};
  return datesOf(model, catalog.date);
}

/** Returns the lifecycle headers of a model with a notice, which has a date of retirement. The sunset must not precede the deprecation. */
function datesOf(
  { retires = '', deprecatedSince, successor }: CatalogModel,
  catalogDate: string,
): Readonly<Record<string, string>> {
  const sunset = Date.parse(retires);
  const deprecation = Math.min(Date.parse(deprecatedSince ?? catalogDate), sunset);
  return {
    deprecation: `@${deprecation / 1000}`,
    sunset: new Date(sunset).toUTCString(),
    ...(successor !== undefined && { 'x-majordomo-successor': successor }),
  };
}
