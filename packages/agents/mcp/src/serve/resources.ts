import { LlmError } from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';
import type { McpServer } from '@modelcontextprotocol/server';
import type { Closing } from './closing.ts';
import type { ServedResource } from './options.ts';

/** Throws `config` if an address is invalid, or if two addresses are equal. */
export function checkResources(resources: readonly ServedResource[]): void {
  const addresses = new Set<string>();
  for (const [at, { uri }] of resources.entries()) {
    const address = URL.parse(uri)?.href;
    const fail = (why: string): LlmError =>
      new LlmError('config', `serveMcp: the resource ${uri} ${why}`, { path: `resources[${at}].uri` });
    if (address === undefined) throw fail('is not an absolute URL');
    if (addresses.has(address)) throw fail('exists twice');
    addresses.add(address);
  }
}

/** Registers resources at a server. Closing the server aborts the reads in progress. */
export function registerResources(
  server: McpServer,
  resources: readonly ServedResource[],
  closing: Closing,
): void {
  for (const { uri, name, description, mediaType: mimeType, read } of resources)
    server.registerResource(
      name,
      new URL(uri).href,
      { mimeType, ...(description === undefined ? {} : { description }) },
      (_address, { mcpReq }) =>
        closing.run(mcpReq.signal, async (signal) => {
          const content = await read({ signal });
          const body = typeof content === 'string' ? { text: content } : { blob: toBase64(content) };
          return { contents: [{ uri, mimeType, ...body }] };
        }),
    );
}
