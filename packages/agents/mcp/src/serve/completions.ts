import type { McpServer } from '@modelcontextprotocol/server';
import type { ServerSdk } from '../sdk.ts';
import type { Closing } from './closing.ts';
import type { Completions } from './options.ts';

/** Maximum number of values in a response, which the protocol requires. */
const MAX_VALUES = 100;

/** Functions that find the completions of a prompt or of a template. `undefined`: no such prompt or template. */
export interface CompletionSources {
  prompt(name: string): { readonly complete?: Completions | undefined } | undefined;
  template(address: string): { readonly complete?: Completions | undefined } | undefined;
}

/** Answers requests for completions of an argument. An argument without a function has no completions. */
export function registerCompletions(
  sdk: ServerSdk,
  { server }: McpServer,
  sources: CompletionSources,
  closing: Closing,
): void {
  server.registerCapabilities({ completions: {} });
  server.setRequestHandler('completion/complete', ({ params }, { mcpReq }) =>
    closing.run(mcpReq.signal, async () => {
      const { ref, argument, context } = params;
      const source = ref.type === 'ref/prompt' ? sources.prompt(ref.name) : sources.template(ref.uri);
      if (source === undefined)
        throw new sdk.ProtocolError(
          sdk.ProtocolErrorCode.InvalidParams,
          `there is no ${ref.type === 'ref/prompt' ? 'prompt' : 'template'} of this name`,
        );
      const { complete = {} } = source;
      const values = Object.hasOwn(complete, argument.name)
        ? await complete[argument.name]?.(argument.value, context?.arguments ?? {})
        : undefined;
      const all = values ?? [];
      const hasMore = all.length > MAX_VALUES;
      return { completion: { values: all.slice(0, MAX_VALUES), total: all.length, hasMore } };
    }),
  );
}
