import type { ServedModel } from '@majordomo/admin';
import type { ResolvedTarget } from '@majordomo/core';
import type { Configured } from './configured.ts';

/** List of the served names for the admin API. */
export interface ModelList {
  /** Replaces the names and the targets, after the start and after a reload. */
  set(current: Configured): void;
  /** Returns each name with its current targets. A name that cannot be resolved has none. */
  list(): Promise<readonly ServedModel[]>;
}

/** Creates an empty list. */
export function createModelList(): ModelList {
  let current: Configured | undefined;
  return {
    set(next) {
      current = next;
    },
    async list() {
      if (current === undefined) return [];
      const { majordomo, models } = current;
      return Promise.all(
        Object.entries(models).map(async ([name, spec]) => {
          const targets = await majordomo.resolve(spec).catch((): readonly ResolvedTarget[] => []);
          return { name, targets: targets.map(({ target, vendor, model }) => ({ target, vendor, model })) };
        }),
      );
    },
  };
}
