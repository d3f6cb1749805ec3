import { chainSettings, unreadMsOf } from '../call/settings.ts';
import { callSite } from '../errors/call-site.ts';
import { parseSpec } from '../resolve/spec.ts';
import { loadedSource, PulledStream } from '../stream/pulled-stream.ts';
import type { CallOptions } from '../types/call-options.ts';
import type { ModelSetup } from './new-call.ts';
import { validOptions } from './check-options.ts';
import type { OtherOperations, OtherStreams } from './other-calls.ts';

let callsModule: Promise<typeof import('./other-calls.ts')> | undefined;

/** Loads the operations except chat when one of them is first called, because most applications call none of them. */
const loadCalls = (): Promise<typeof import('./other-calls.ts')> =>
  (callsModule ??= import('./other-calls.ts'));

/** Creates the method that calls an operation. Throws `config` if the spec cannot be parsed. */
export function operationMethod<Name extends keyof OtherOperations>(
  name: Name,
  spec: string,
  setup: ModelSetup,
): (request: OtherOperations[Name][0], options?: CallOptions) => Promise<OtherOperations[Name][1]> {
  parseSpec(spec);
  return async function call(request, options) {
    const site = callSite(call);
    const { OTHER_CALLS } = await loadCalls();
    return OTHER_CALLS[name](spec, setup, request, options, site);
  };
}

/** Creates the method that streams an operation. The spec was parsed by `operationMethod`. */
export function streamMethod<Name extends keyof OtherStreams>(
  name: Name,
  spec: string,
  setup: ModelSetup,
): (request: OtherStreams[Name][0], options?: CallOptions) => AsyncIterable<OtherStreams[Name][1]> {
  return function stream(request, options) {
    const site = callSite(stream);
    return new PulledStream(
      () =>
        loadedSource(
          loadCalls().then(({ OTHER_STREAMS }) => OTHER_STREAMS[name](spec, setup, request, options, site)),
        ),
      setup.deps.clock,
      unreadMsOf(chainSettings(setup.chain, validOptions(options).options).timeouts),
    );
  };
}
