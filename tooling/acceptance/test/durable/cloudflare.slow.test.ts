import { describeWith, startMiniflare, type Miniflare } from '@majordomo/services';
import { startWireServer, workersaiRun, type WireServer } from '@majordomo/conformance';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { bundled } from '../../src/workers/bundled.ts';

interface Status {
  readonly status: string;
  readonly output?: { readonly text: string; readonly done: string } | undefined;
}

const LONG_MS = 60_000;

describeWith('miniflare', 'an agent’s run as a workflow of Cloudflare', () => {
  let runtime: Miniflare;
  beforeAll(async () => {
    runtime = await startMiniflare({
      script: await bundled('agent-run'),
      workflows: { RUNS: 'AgentRun' },
    });
  });
  afterAll(() => runtime.dispose());

  const fetchStatus = async (query: Readonly<Record<string, string>>): Promise<Status> => {
    const url = new URL(`?${String(new URLSearchParams(query))}`, await runtime.ready);
    return (await fetch(url)).json() as Promise<Status>;
  };
  /** Starts a vendor whose model calls this tool and then ends. A third request would fail. */
  const vendorCalling = async (name: string): Promise<WireServer> => {
    const script = [{ toolCalls: [{ id: 'c1', name, args: {} }] }, 'Done.'];
    const vendor = await startWireServer({ wire: workersaiRun, script });
    onTestFinished(() => vendor.close());
    return vendor;
  };
  const completedStatus = async (id: string): Promise<Status> => {
    await expect.poll(async () => (await fetchStatus({ id })).status, { timeout: LONG_MS }).toBe('complete');
    return fetchStatus({ id });
  };

  it('calls the model, runs a tool, calls the model again and ends', async () => {
    const vendor = await vendorCalling('add');
    await fetchStatus({ id: 'adds', vendor: vendor.baseURL });
    expect((await completedStatus('adds')).output).toMatchObject({ text: 'Done.', done: 'answered' });
    expect(JSON.stringify(vendor.requests.at(-1)?.body)).toContain('did adds/1/c1');
    expect(vendor.requests).toHaveLength(2);
  });

  it('waits for a decision without model calls, then continues', async () => {
    const vendor = await vendorCalling('pay');
    await fetchStatus({ id: 'pays', vendor: vendor.baseURL });
    await expect.poll(() => vendor.requests.length, { timeout: LONG_MS }).toBe(1);
    // The local runtime reports a waiting run as running. It stores an event that arrives early.
    expect(['running', 'waiting']).toContain((await fetchStatus({ id: 'pays' })).status);
    await fetchStatus({ id: 'pays', approve: 'c1' });
    expect((await completedStatus('pays')).output).toMatchObject({ text: 'Done.', done: 'answered' });
    expect(JSON.stringify(vendor.requests.at(-1)?.body)).toContain('did pays/1/c1');
    expect(vendor.requests).toHaveLength(2);
  });
});
