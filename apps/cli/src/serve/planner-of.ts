import type { Planner } from '@majordomo/inspector';
import type { Settings } from '../config/settings.ts';

/** Combines the plans of all routers for the inspector. The first router rejects an unknown name. */
export function plannerOf({ routers = [] }: Pick<Settings, 'routers'>): Planner | undefined {
  const [first] = routers;
  if (first === undefined) return undefined;
  return {
    names: () => routers.flatMap((router) => router.names()),
    plan: (name, majordomo) =>
      (routers.find((router) => router.names().includes(name)) ?? first).plan(name, majordomo),
  };
}
