import { LlmError } from '@majordomo/core';
import { outline } from '../backends/outline.ts';
import type { Settings } from '../config/settings.ts';
import { mistake, ok, type Finding, type Section } from './finding.ts';

/** Resolves the default model and the aliases, and reports the position of errors. */
export async function specs(settings: Settings, signal: AbortSignal): Promise<Section> {
  const { majordomo } = outline(settings);
  const check = async (name: string, spec: string): Promise<Finding> => {
    try {
      await majordomo.resolve(spec, { signal });
      return ok(name, spec);
    } catch (error) {
      if (!LlmError.is(error) || signal.aborted) throw error;
      const { code = '', path = '' } = error.details;
      return mistake(name, (IN_A_SPEC.has(code) ? `character ${path}: ` : '') + error.message);
    }
  };
  const { model, aliases } = settings;
  const all = [
    ...(model === undefined ? [] : [['default model', model] as const]),
    ...Object.entries(aliases),
  ];
  return { title: 'Specs', findings: await Promise.all(all.map(([name, spec]) => check(name, spec))) };
}

/** Error codes whose path is a position in the spec. */
const IN_A_SPEC: ReadonlySet<string> = new Set(['unknown-name', 'unknown-provider']);
