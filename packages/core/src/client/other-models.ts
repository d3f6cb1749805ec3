import { unreadMsOf } from '../call/settings.ts';
import { callSite } from '../errors/call-site.ts';
import { parseSpec } from '../resolve/spec.ts';
import { loadedSource, PulledStream } from '../stream/pulled-stream.ts';
import type { CallOptions } from '../types/call-options.ts';
import type { SpeechModel } from '../types/operations.ts';
import { mergeTimeouts } from '../util/options.ts';
import type { ModelSetup } from './call.ts';
import { soundOptions } from './check-options.ts';
import type { Asked } from './other-calls.ts';

/** Everything that is not a chat is loaded by the first such call: most applications make none. */
const loadCalls = (): Promise<typeof import('./other-calls.ts')> => import('./other-calls.ts');

/** Calls another operation along the same chain as a chat. Throws `config` at once for a spec that cannot be parsed. */
export function asking<Name extends keyof Asked>(
  name: Name,
  spec: string,
  setup: ModelSetup,
): (request: Asked[Name][0], options?: CallOptions) => Promise<Asked[Name][1]> {
  parseSpec(spec);
  return async function ask(request, options) {
    const site = callSite(ask);
    const { FURTHER } = await loadCalls();
    return FURTHER[name](spec, setup, request, options, site);
  };
}

/** The bytes of speech as they come. */
export const speaking = (spec: string, setup: ModelSetup): SpeechModel['stream'] =>
  function stream(request, options) {
    const site = callSite(stream);
    return new PulledStream(
      () => loadedSource(loadCalls().then(({ spoken }) => spoken(spec, setup, request, options, site))),
      setup.deps.clock,
      unreadMsOf(mergeTimeouts(setup.settings.timeouts, soundOptions(options).options?.timeouts)),
    );
  };
