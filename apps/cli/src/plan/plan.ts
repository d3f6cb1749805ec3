import { user } from '@majordomo/core';
import { didYouMean } from '@majordomo/core/toolkit';
import type { Router } from '@majordomo/routing';
import { openSpec } from '../backends/open.ts';
import { loadSettings } from '../config/settings.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { writeJson } from '../terminal/write-json.ts';
import { formatPlan } from './format-plan.ts';

/** Implements `majordomo plan`. Prints the targets of a preset, their ranking, and the rejected targets. Calls no model. */
export async function plan(
  name: string,
  { prompt, json }: { readonly prompt?: string; readonly json?: true },
  io: Io,
): Promise<ExitCode> {
  const settings = await loadSettings(io);
  const router = routerOf(name, settings.routers ?? []);
  const request = prompt === undefined ? undefined : { messages: [user(prompt)] };
  const majordomo = await openSpec(name, settings, { cwd: io.cwd, signal: io.signal, request });
  const made = await router.plan(name, majordomo, { request, signal: io.signal });
  if (json === true) writeJson(io.stdout, inJson(made));
  else io.stdout.write(formatPlan(made, io.stdout));
  return EXIT.ok;
}

function routerOf(name: string, routers: readonly Router[]): Router {
  const router = routers.find((each) => each.names().includes(name));
  if (router !== undefined) return router;
  if (routers.length === 0)
    throw new Stop(
      'no router is configured; npm install @majordomo/routing, and add to majordomo.config.ts: router: createRouter({ presets: { … } })',
    );
  const known = routers.flatMap((each) => each.names());
  throw new Stop(`unknown preset "${name}" (presets: ${known.join(', ')})${didYouMean(name, known)}`);
}

/** Converts a plan to JSON, with amounts as decimal strings in nano-USD. */
const inJson = ({ candidates, ...rest }: Awaited<ReturnType<Router['plan']>>): object => ({
  ...rest,
  candidates: candidates.map(({ estimateNanoUsd, ...candidate }) => ({
    ...candidate,
    estimateNanoUsd: estimateNanoUsd === undefined ? undefined : String(estimateNanoUsd),
  })),
});
