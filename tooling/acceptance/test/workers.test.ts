import { describeWith, startMiniflare } from '@majordomo/services';
import { startWireServer, workersaiRun } from '@majordomo/conformance';
import { expect, it } from 'vitest';
import { bundled } from '../src/workers/bundled.ts';

describeWith('miniflare', 'Workers', () => {
  it('let apps make all that they need while their module is loaded', async () => {
    await using vendor = await startWireServer({ wire: workersaiRun, script: () => 'Hello.' });
    const script = await bundled('module-scope');
    const runtime = await startMiniflare({
      script: script.replaceAll('http://vendor.invalid', vendor.baseURL),
    });
    try {
      const url = await runtime.ready;
      const ask = async (): Promise<string> => (await fetch(url)).text();
      const answers = [await ask(), ...(await Promise.all([ask(), ask(), ask()]))];
      expect(new Set(answers)).toEqual(new Set(['["Hello.","Hello.","Hello.",405,0]']));
    } finally {
      await runtime.dispose();
    }
  }, 120_000);

  it('call the tools of each other over MCP by a service binding, and start no programs', async () => {
    const runtime = await startMiniflare({
      script: await bundled('mcp-client'),
      services: { TOOLS: await bundled('mcp-server') },
    });
    try {
      // The second request meets what the first has made.
      await fetch(await runtime.ready);
      const answer = await fetch(await runtime.ready);
      expect(await answer.json()).toEqual({
        name: 'garden_dig',
        dug: [{ type: 'text', text: 'dug 3 m' }],
        refused: {
          kind: 'unsupported',
          message: 'MCP: programs are not supported in a page or a Worker; use `place.url`',
        },
      });
    } finally {
      await runtime.dispose();
    }
  }, 120_000);
});
