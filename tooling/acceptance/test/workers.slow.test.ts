import { describeWith, startMiniflare } from '@majordomo/services';
import { startWireServer, workersaiRun } from '@majordomo/conformance';
import { expect, it } from 'vitest';
import { bundled } from '../src/workers/bundled.ts';
import { countingServer } from '../src/counting-server.ts';

describeWith('miniflare', 'Workers', () => {
  it('let apps create all objects while their module is loaded', async () => {
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

  it('call tools of another Worker over MCP by a service binding, and reject programs', async () => {
    const runtime = await startMiniflare({
      script: await bundled('mcp-client'),
      services: { TOOLS: await bundled('mcp-server') },
    });
    try {
      // The second request uses objects that the first one created.
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

  it('call an agent of another Worker over A2A by a service binding', async () => {
    await using vendor = await startWireServer({ wire: workersaiRun, script: () => 'Hello.' });
    const server = await bundled('a2a-server');
    const runtime = await startMiniflare({
      script: await bundled('a2a-client'),
      services: { DESK: server.replaceAll('http://vendor.invalid', vendor.baseURL) },
    });
    try {
      const answer = await fetch(await runtime.ready);
      expect(await answer.json()).toEqual({ card: 'Desk', content: [{ type: 'text', text: 'Hello.' }] });
    } finally {
      await runtime.dispose();
    }
  }, 120_000);

  it('rerank, moderate and guard a model without a connection to a denied target', async () => {
    await using vendor = await countingServer();
    await using refused = await countingServer();
    const script = (await bundled('guards'))
      .replaceAll('http://vendor.invalid', vendor.origin)
      .replaceAll('http://refused.invalid', refused.origin);
    const runtime = await startMiniflare({ script });
    try {
      const answer = await fetch(await runtime.ready);
      expect(await answer.json()).toEqual({
        ranked: [2, 0],
        flagged: [true, false],
        text: 'Hello max@example.com',
        input: 'moderation',
        output: 'competitors',
        shown: 'See the',
      });
      const chats = vendor.requests.filter(({ path }) => path.endsWith('/chat/completions'));
      expect(JSON.stringify(chats)).not.toContain('max@');
      expect(chats).toHaveLength(2);
      expect(refused.connections()).toBe(0);
    } finally {
      await runtime.dispose();
    }
  }, 120_000);
});
