import { systemClock, type ResolvedTarget, type TargetHealth } from '@majordomo/core';
import { invoke, notify, withTimeout } from '@majordomo/core/toolkit';
import type { Settings } from './options.ts';

/** Time for which requests share the results of the checks, in milliseconds. */
const SHARED_MS = 1000;
const MAX_CHECK_MS = 2000;

/** Results of the checks, and the targets of each model. */
interface Findings {
  /** Names of the checks that failed. */
  readonly failed: readonly string[];
  readonly models: readonly (readonly ResolvedTarget[])[];
}

/**
 * Readiness of a gateway. The path requires no key. Therefore the response names no models or targets, and all requests of a second
 * share one run of the checks and one resolution of the models.
 */
export class Readiness {
  private readonly settings: Settings;
  private findings: Promise<Findings> | undefined;
  private expiresAt = 0;

  constructor(settings: Settings) {
    this.settings = settings;
  }

  /** Responds with 200 if all checks pass and a model is available, otherwise with 503. */
  async respond(isDraining: boolean, requestId: string): Promise<Response> {
    if (isDraining) return notReady({ status: 'the gateway is closing' });
    const { failed, models } = await this.sharedFindings(requestId);
    if (failed.length > 0) return notReady({ status: 'checks failed', failed });
    const known = this.settings.majordomo.health.snapshot();
    const isReady =
      models.some((targets) => targets.some(({ target }) => isAvailable(target, known))) ||
      // Without served names, no target is known before a client sends a spec.
      (this.settings.anySpec && models.length === 0);
    return isReady ? Response.json({ status: 'ready' }) : notReady({ status: 'no model is available' });
  }

  private sharedFindings(requestId: string): Promise<Findings> {
    if (this.findings !== undefined && systemClock.now() < this.expiresAt) return this.findings;
    // Requests share a run in progress, however long it takes.
    this.expiresAt = Infinity;
    this.findings = findingsOf(this.settings, requestId).finally(() => {
      this.expiresAt = systemClock.now() + SHARED_MS;
    });
    return this.findings;
  }
}

async function findingsOf(settings: Settings, requestId: string): Promise<Findings> {
  const [failed, models] = await Promise.all([
    failedChecks(settings, requestId),
    Promise.all(Object.values(settings.models).map((spec) => targetsOf(spec, settings))),
  ]);
  return { failed, models };
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

/** Returns the targets of a spec. Returns no targets if the spec cannot be resolved within `MAX_CHECK_MS`. */
const targetsOf = (spec: string, { majordomo }: Settings): Promise<readonly ResolvedTarget[]> =>
  withTimeout(majordomo.resolve(spec), MAX_CHECK_MS, systemClock).catch(() => []);

/** Returns whether neither the target nor its provider is benched. */
const isAvailable = (target: string, known: Readonly<Record<string, TargetHealth>>): boolean =>
  !isBenched(known[target]) && !isBenched(known[providerOf(target)]);

const isBenched = (health: TargetHealth | undefined): boolean =>
  health?.state === 'benched' && (health.until ?? 0) > systemClock.now();

/** Returns the key under which health benches all targets of a provider. */
const providerOf = (target: string): string => target.slice(0, target.indexOf('/') + 1);
