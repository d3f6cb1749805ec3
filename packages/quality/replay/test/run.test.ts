import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { catalog } from '@majordomo/catalog';
import { LlmError } from '@majordomo/core';
import { createLedger } from '@majordomo/ledger';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  fromCallLog,
  planReplay,
  readReplay,
  removeReplay,
  replay,
  type ReplayDefinition,
} from '../src/index.ts';
import { exceededLimits } from '../src/run/exceeded-limits.ts';
import { company, type Company } from './company.ts';
import { testFolder } from './support/fixture.ts';

let folder: string;
beforeEach(() => {
  folder = testFolder();
});

const CANDIDATE = 'google/gemini-3-flash-preview';
const JUDGE = 'google/gemini-2.5-pro';

const definitionOf = (
  { log, majordomo }: Company,
  more: Partial<ReplayDefinition> = {},
): ReplayDefinition => ({
  name: 'next',
  majordomo,
  traffic: fromCallLog(log),
  candidate: { spec: CANDIDATE },
  judge: { models: JUDGE, rubric: 'The answer is correct.' },
  sample: 60,
  control: 0.1,
  budgetUsd: '50',
  ...more,
});

const requestsOf = ({ candidate }: Company, model: string): number =>
  candidate.requests.filter((call) => call.model === model.split('/')[1]).length;

const problemOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (LlmError.is(error) ? `${error.kind}: ${error.message}` : String(error)),
  );

describe('the plan of an experiment', () => {
  it('states calls, cost and precision, and sends nothing', async () => {
    const one = await company({ calls: 200 });
    const plan = await planReplay(definitionOf(one), { folder });
    expect(one.candidate.requests).toHaveLength(0);
    expect(plan.calls).toEqual({ candidate: 60, control: 6, judge: 132 });
    expect(plan.sample).toMatchObject({
      traffic: 200,
      represented: 200,
      units: 60,
      distinct: 60,
      excluded: {},
    });
    expect(plan.sample.kinds.map(({ kind }) => kind).sort()).toEqual(['agent', 'chat', 'extract']);
    expect(BigInt(plan.likelyNanoUsd)).toBeGreaterThan(0n);
    expect(BigInt(plan.maxNanoUsd)).toBeGreaterThan(BigInt(plan.likelyNanoUsd));
    expect(plan.precision).toBeGreaterThan(plan.bestPrecision);
    expect(await planReplay(definitionOf(one), { folder })).toEqual(plan);
  });

  it('names the number of calls that an unreachable precision needs', async () => {
    const one = await company({ calls: 60 });
    const definition = definitionOf(one, { sample: undefined, precision: 0.01 });
    expect(await problemOf(planReplay(definition, { folder }))).toMatch(
      /^config: replay next: `precision` of 0.01 needs about \d+ calls, and the traffic has 60 that can be replayed; use `precision: 0.0\d+`, or a longer period$/,
    );
  });

  it('names the size that a precision needs if the sample is smaller', async () => {
    const one = await company({ calls: 400 });
    const definition = definitionOf(one, { sample: 60, precision: 0.03 });
    expect(await problemOf(planReplay(definition, { folder }))).toMatch(
      /`sample` of 60 reaches a precision of 0.0\d+; a precision of 0.03 needs \d+ calls, so about \d\.\d times the cost/,
    );
  });

  it('states how to store content if the log has none', async () => {
    const one = await company({ calls: 30, content: false });
    expect(await problemOf(planReplay(definitionOf(one), { folder }))).toMatch(
      /`traffic` has 0 calls .*30: no content is stored, or it has expired.*contentOf: \(\) => 'complete'/,
    );
  });

  it('needs a judge for texts', async () => {
    const one = await company({ calls: 100 });
    expect(await problemOf(planReplay(definitionOf(one, { judge: undefined }), { folder }))).toMatch(
      /`judge` is missing, and \d+ of the sampled answers are texts/,
    );
  });

  it('rejects another sample under the same name', async () => {
    const one = await company({ calls: 100 });
    await planReplay(definitionOf(one), { folder });
    expect(await problemOf(planReplay(definitionOf(one, { sample: 80 }), { folder }))).toMatch(
      /`sample` was 60 when the sample was drawn, and is 80; use another name/,
    );
  });

  it.each([
    [{ control: 0.2 }, /`control` was 0.1 when the sample was drawn, and is 0.2; use another name/],
    [{ includeRedacted: true }, /`includeRedacted` was undefined when the sample was drawn, and is true/],
  ])('rejects %o under the same name', async (changed, problem) => {
    const one = await company({ calls: 100 });
    await planReplay(definitionOf(one), { folder });
    expect(await problemOf(replay(definitionOf(one, changed), { folder }))).toMatch(problem);
    expect(one.candidate.requests).toHaveLength(0);
  });

  it('excludes calls whose content a gate, the application or a redaction denies', async () => {
    const residency = {
      name: 'residency',
      batches: true,
      admit: ({
        call,
        target,
      }: {
        readonly call: { readonly tenant?: string | undefined };
        readonly target: string;
      }) => (call.tenant === 'acme' && target.startsWith('google/') ? { deny: 'only in the EU' } : undefined),
    };
    const one = await company({ calls: 40, gates: [residency] });
    expect(await problemOf(planReplay(definitionOf(one), { folder }))).toMatch(/40: a gate denies google/);
    const other = await company({ calls: 60 });
    const consent = { consent: ({ id }: { readonly id: string }) => id.slice(-1) < '8', sample: 20 };
    const { sample } = await planReplay(definitionOf(other, consent), { folder });
    expect(sample.excluded).toEqual({ 'the application has no consent': 60 - sample.represented });
    expect(one.candidate.requests).toHaveLength(0);
  });

  it('refuses a candidate whose price is not known', async () => {
    const one = await company({ calls: 60 });
    const definition = definitionOf(one);
    const unpriced = catalog.with([{ vendor: 'google', id: 'gemini-3-flash-preview', prices: [] }]);
    expect(await problemOf(planReplay(definition, { folder, catalog: unpriced }))).toMatch(
      /`budgetUsd` cannot be kept: the maximum cost of google\/gemini-3-flash-preview is not known/,
    );
  });
});

describe('an experiment', () => {
  const isWrong = (text: string, at: number): boolean =>
    text.startsWith('extract') && text.includes('Bitte') && at % 2 === 0;

  it('finds the kinds of calls that got worse', async () => {
    const one = await company({ calls: 300, isWrong });
    const report = await replay(definitionOf(one, { sample: 240 }), { folder });
    const worse = report.kinds.filter(({ isWorse }) => isWorse);
    expect(worse.map(({ kind }) => kind)).toEqual(['extract · de']);
    expect(worse[0]?.differences).toMatchObject({
      'field /total differs': expect.any(Number) as number,
    });
    expect(report.quality?.value).toBeCloseTo(1 - 1 / 12, 1);
    expect(report.control?.quality.value).toBe(1);
    expect(report.missing).toBe(0);
    expect(JSON.stringify(report)).not.toContain('Rechnung');
  });

  it('asks the judge only about answers that differ', async () => {
    const one = await company({ calls: 100, isWrong });
    const report = await replay(definitionOf(one), { folder });
    expect(requestsOf(one, CANDIDATE)).toBe(60);
    expect(requestsOf(one, JUDGE)).toBe(2 * (report.judge?.pairs ?? 0));
    expect(report.judge?.pairs).toBeGreaterThan(0);
  });

  it('sends nothing again, and returns an equal report', async () => {
    const one = await company({ calls: 100, isWrong });
    const first = await replay(definitionOf(one), { folder });
    const sent = one.candidate.requests.length;
    const second = await replay(definitionOf(one), { folder });
    expect(one.candidate.requests).toHaveLength(sent);
    expect({ ...second, at: first.at }).toEqual(first);
    expect({ ...(await readReplay('next', { folder })), at: first.at }).toEqual(first);
  });

  it('judges stored answers again if the rubric changes', async () => {
    const one = await company({ calls: 100, isWrong });
    await replay(definitionOf(one), { folder });
    const judged = requestsOf(one, JUDGE);
    await replay(definitionOf(one, { judge: { models: JUDGE, rubric: 'The answer is short.' } }), { folder });
    expect(requestsOf(one, CANDIDATE)).toBe(60);
    expect(requestsOf(one, JUDGE)).toBe(2 * judged);
  });

  it('answers again after a change of the version', async () => {
    const one = await company({ calls: 100 });
    await replay(definitionOf(one), { folder });
    await replay(definitionOf(one, { candidate: { spec: CANDIDATE, version: '2' } }), { folder });
    expect(requestsOf(one, CANDIDATE)).toBe(120);
  });

  it('has no result for units whose calls fail, and sends them again', async () => {
    let isDown = true;
    const one = await company({
      calls: 100,
      turn: (_text, at) => (isDown && at % 3 === 0 ? { fail: 'overloaded' } : undefined),
    });
    const first = await replay(definitionOf(one), { folder });
    expect(first).toMatchObject({ verdict: 'incomplete', missing: 20 });
    expect(first.warnings.join()).toMatch(
      /calls without a result, which the next run sends again: 20 of kind/,
    );
    isDown = false;
    const second = await replay(definitionOf(one), { folder });
    expect(second.missing).toBe(0);
    expect(requestsOf(one, CANDIDATE)).toBe(80);
  });

  it('counts failures of the model as worse answers', async () => {
    const one = await company({
      calls: 100,
      turn: (text) => (text.startsWith('chat') ? { fail: 'content-filter' } : undefined),
    });
    const report = await replay(definitionOf(one), { folder });
    expect(report.failures).toMatchObject({
      'content-filter': { candidate: expect.any(Number) as number, recorded: 0, control: 0 },
    });
    const failed = report.failures['content-filter']?.candidate ?? 0;
    expect(failed).toBeGreaterThan(10);
    expect(report.quality?.value).toBeCloseTo(1 - failed / 60);
  });

  it('ends with the error for which a person must act, and keeps all answers', async () => {
    let isRevoked = true;
    const one = await company({
      calls: 100,
      turn: (_text, at) => (isRevoked && at > 30 ? { fail: 'auth' } : undefined),
    });
    expect(await problemOf(replay(definitionOf(one), { folder, concurrency: 1 }))).toMatch(/^auth: /);
    isRevoked = false;
    await replay(definitionOf(one), { folder });
    expect(requestsOf(one, CANDIDATE)).toBe(61);
  });

  it('never exceeds its budget, and continues after it was raised', async () => {
    const one = await company({ calls: 100, isWrong });
    const plan = await planReplay(definitionOf(one), { folder });
    expect(await problemOf(replay(definitionOf(one, { budgetUsd: '0.0001' }), { folder }))).toMatch(
      /^denied: replay next: the likely cost of the remaining calls is \$0\.\d+, one of them may cost \$0\.\d+, and \$0\.00010 of the budget is left/,
    );
    const enough = Number(BigInt(plan.likelyNanoUsd) + BigInt(plan.maxCallNanoUsd));
    const report = await replay(definitionOf(one, { budgetUsd: (enough / 1e9).toFixed(9) }), { folder });
    expect(Number(report.spentNanoUsd)).toBeLessThanOrEqual(enough);
    expect((await replay(definitionOf(one), { folder })).missing).toBe(0);
  });

  it('adds its budget to the ledger, whose records agree with the report', async () => {
    const ledger = createLedger();
    const one = await company({ calls: 100, isWrong, gates: [ledger.gate] });
    const report = await replay(definitionOf(one), { folder, ledger });
    expect(ledger.limits()).toMatchObject([{ name: 'replay:next', max: { usd: '50' }, per: 'ever' }]);
    const [row] = await ledger.report({ by: ['tenant'], where: { tenant: ['replay:next'] } } as never);
    expect(row?.nanoUsd).toBe(BigInt(report.spentNanoUsd));
  });

  it('finds the spent part of a limit of the ledger, also with an empty `each`', async () => {
    const limit = { max: { usd: '10' }, per: 'day' } as const;
    const ledger = createLedger({
      limits: [
        { ...limit, name: 'a', each: [] },
        { ...limit, name: 'b' },
      ],
    });
    const one = await company({ calls: 100, isWrong, gates: [ledger.gate] });
    await replay(definitionOf(one), { folder, ledger });
    expect(await exceededLimits(ledger, 'next', 10_000_000_000n)).toEqual([
      expect.stringContaining('the limit a of the ledger'),
      expect.stringContaining('the limit b of the ledger'),
    ]);
  });

  it('is refused before the first call if a limit of the ledger does not cover the likely cost', async () => {
    const limit = { name: 'team', max: { usd: '0.0001' }, per: 'day', each: ['tenant'] } as const;
    const ledger = createLedger({
      limits: [limit, { ...limit, name: 'acme', each: undefined, where: { tenant: ['acme'] } }],
    });
    const one = await company({ calls: 100, gates: [ledger.gate] });
    const problem =
      /the likely cost of the remaining calls is \$0\.\d+, and the limit team of the ledger has \$0\.00010 left/;
    const { warnings } = await planReplay(definitionOf(one), { folder, ledger });
    expect(warnings).toEqual([expect.stringMatching(problem)]);
    expect(await problemOf(replay(definitionOf(one), { folder, ledger }))).toMatch(problem);
    expect(one.candidate.requests).toHaveLength(0);
    ledger.setLimit({ ...limit, max: { usd: '50' } });
    expect((await replay(definitionOf(one), { folder, ledger })).missing).toBe(0);
  });

  it('rejects with aborted, and continues', async () => {
    const one = await company({ calls: 100 });
    const stop = new AbortController();
    const onProgress = ({ done, step }: { readonly done: number; readonly step: string }): void => {
      if (step === 'answer' && done === 10) stop.abort();
    };
    expect(
      await problemOf(replay(definitionOf(one), { folder, signal: stop.signal, onProgress, concurrency: 2 })),
    ).toBe('aborted: replay next was aborted; run it again to continue');
    await replay(definitionOf(one), { folder });
    expect(requestsOf(one, CANDIDATE)).toBeLessThanOrEqual(62);
  });

  it('calls with the tenant of the experiment, and omits such calls from traffic', async () => {
    const tenants = new Set<string | undefined>();
    const gate = {
      name: 'seen',
      admit: ({ call }: { readonly call: { readonly tenant?: string | undefined } }) =>
        void tenants.add(call.tenant),
    };
    const one = await company({ calls: 60, gates: [gate], tenant: 'replay:other' });
    expect(await problemOf(planReplay(definitionOf(one), { folder }))).toMatch(
      /`traffic` has no finished chats/,
    );
    const other = await company({ calls: 60, gates: [gate] });
    await replay(definitionOf(other), { folder });
    expect([...tenants]).toEqual(['replay:next']);
  });

  it('keeps its files for the user of the process, and deletes them', async () => {
    const one = await company({ calls: 60 });
    const inner = join(folder, 'replays');
    await replay(definitionOf(one), { folder: inner });
    const { mode } = await stat(join(inner, 'next.replay.jsonl'));
    expect([mode & 0o777, (await stat(inner)).mode & 0o777]).toEqual([0o600, 0o700]);
    await removeReplay('next', { folder: inner });
    expect(await problemOf(readReplay('next', { folder: inner }))).toMatch(/^not-found: replay next: /);
  });

  it('does not run twice at the same time', async () => {
    const one = await company({ calls: 60 });
    const both = await Promise.allSettled([
      replay(definitionOf(one), { folder }),
      replay(definitionOf(one), { folder }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: {
        kind: 'config',
        message: expect.stringContaining('another process runs this experiment') as string,
      },
    });
  });

  it('continues after a journal that ends within a line', async () => {
    const one = await company({ calls: 60 });
    const first = await replay(definitionOf(one), { folder });
    const file = join(folder, 'next.replay.jsonl');
    const complete = await readFile(file, 'utf8');
    const lines = complete.trimEnd().split('\n');
    const rest = lines.slice(0, -3).join('\n');
    await writeFile(file, `${rest}\n${(lines.at(-3) ?? '').slice(0, 40)}`);
    const second = await replay(definitionOf(one), { folder });
    expect(second.quality).toEqual(first.quality);
    await appendFile(file, '{"type":"label","unit"');
    expect((await readReplay('next', { folder })).quality).toEqual(first.quality);
  });
});

it('excludes a call whose content a later version has stored', async () => {
  const log = { get: async () => ({ content: { format: 'majordomo-chat/2' } }) } as unknown as Company['log'];
  expect(await fromCallLog(log).read('a', new AbortController().signal)).toEqual({
    excluded: 'the content has the unknown format majordomo-chat/2',
  });
});
