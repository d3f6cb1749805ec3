import type { ResolvedTarget } from '@majordomo/core';
import type { Settings } from './settings.ts';
import type { Io } from '../program/io.ts';
import { openSpec } from '../backends/open.ts';

/** Target of a name in the configuration, or at a running gateway. */
export interface NamedTarget {
  /** Alias, `model` for the default model, or name at the gateway. */
  readonly name: string;
  readonly target: Pick<ResolvedTarget, 'target' | 'vendor' | 'model'>;
}

/** Returns the targets of the default model and the aliases. Omits specs that cannot be opened. Rejects if the command is aborted. */
export async function configuredTargets(
  settings: Settings,
  { cwd, signal }: Io,
): Promise<readonly NamedTarget[]> {
  const { model, aliases } = settings;
  const specs = [...(model === undefined ? [] : [['model', model] as const]), ...Object.entries(aliases)];
  const resolved = await Promise.all(
    specs.map(async ([name, spec]) => {
      try {
        const majordomo = await openSpec(spec, settings, { cwd, signal });
        const targets = await majordomo.resolve(spec, { signal });
        return targets.map((target) => ({ name, target }));
      } catch {
        signal.throwIfAborted();
        return [];
      }
    }),
  );
  return resolved.flat();
}
