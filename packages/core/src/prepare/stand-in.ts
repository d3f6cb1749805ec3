import type { Capabilities } from '../contract/capabilities.ts';
import type { ModelRequest } from '../contract/request.ts';
import { emulateOutput, type EmulatedOutput } from './output.ts';
import { fitToolNames } from './tool-names.ts';

export type StoodIn = EmulatedOutput;

/** What stands in for what the target does not take: a tool or an instruction for a schema, other names for tools. */
export function standIn(request: ModelRequest, capabilities: Capabilities): StoodIn {
  const emulated = emulateOutput(request, capabilities);
  // A forced tool that stands in for a schema is alone, and its name fits: only one of the two is ever there.
  const named = fitToolNames(emulated.request);
  const read = emulated.read ?? named.read;
  return {
    request: named.request,
    warnings: [...emulated.warnings, ...named.warnings],
    ...(read !== undefined && { read }),
  };
}
