import type { CallEvent, Majordomo } from '@majordomo/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Metrics, processLines } from './metrics.ts';

const NOW = 1_700_000_000_500;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('the metrics of a gateway', () => {
  let metrics: Metrics;
  let health: Record<string, { readonly state: string; readonly until?: number }>;
  beforeEach(() => {
    [metrics, health] = [new Metrics(), {}];
  });
  const metricsText = (samples: Parameters<Metrics['text']>[1] = []): string => {
    const text = metrics.text({ health: { snapshot: () => health } } as unknown as Majordomo, samples, NOW);
    return text.slice(0, text.indexOf('# HELP process_'));
  };
  /** Returns the lines of one metric without its comments. */
  const linesOf = (name: string, text = metricsText()): readonly string[] =>
    text.split('\n').filter((line) => line.startsWith(`majordomo_${name}`));

  it('consist of two gauges before the first request', () => {
    expect(metricsText()).toBe(
      [
        '# HELP majordomo_requests_in_progress Requests in progress.',
        '# TYPE majordomo_requests_in_progress gauge',
        'majordomo_requests_in_progress 0',
        '# HELP majordomo_streams_in_progress Streamed responses in progress.',
        '# TYPE majordomo_streams_in_progress gauge',
        'majordomo_streams_in_progress 0',
        '',
      ].join('\n'),
    );
  });

  it('count requests and streams while they are in progress', () => {
    const counts = (): readonly string[] => [...linesOf('requests_in'), ...linesOf('streams_in')];
    metrics.onRequestStart();
    metrics.onRequestStart();
    for (let streams = 0; streams < 3; streams++) metrics.onStreamStart();
    expect(counts()).toEqual(['majordomo_requests_in_progress 2', 'majordomo_streams_in_progress 3']);
    metrics.onRequest({ route: '/r', status: 200, ms: 1 } as never);
    metrics.onStreamEnd();
    expect(counts()).toEqual(['majordomo_requests_in_progress 1', 'majordomo_streams_in_progress 2']);
  });

  it('have cumulative buckets with inclusive bounds, and a sum in seconds', () => {
    for (const ms of [50, 51, 100, 120_000, 120_001])
      metrics.onRequest({ route: '/r', status: 200, ms } as never);
    const counts = { 0.05: 1, 0.1: 3, 0.25: 3, 0.5: 3, 1: 3, 2.5: 3, 5: 3, 10: 3, 30: 3, 60: 3, 120: 4 };
    const name = 'majordomo_request_duration_seconds';
    const bounds = Object.entries(counts).toSorted(([a], [b]) => Number(a) - Number(b));
    const [last, sum, count] = linesOf('request_duration').slice(-3);
    expect(linesOf('request_duration').slice(0, -3)).toEqual(
      bounds.map(([bound, number]) => `${name}_bucket{route="/r",le="${bound}"} ${number}`),
    );
    expect([last, count]).toEqual([`${name}_bucket{route="/r",le="+Inf"} 5`, `${name}_count{route="/r"} 5`]);
    expect(Number(sum?.split(' ')[1])).toBeCloseTo(240.202, 6);
  });

  it('have a series for each combination of labels, with escaped values', () => {
    for (const route of ['a"b\\c\nd', '/r', '/r']) metrics.onRequest({ route, status: 404, ms: 1 } as never);
    expect(linesOf('requests_total')).toEqual([
      'majordomo_requests_total{route="a\\"b\\\\c\\nd",status="404"} 1',
      'majordomo_requests_total{route="/r",status="404"} 2',
    ]);
  });

  it('contain the result of the last update, and the time of the last accepted update', () => {
    metrics.onUpdate(false, NOW);
    expect(linesOf('config')).toEqual(['majordomo_config_reload_success 0']);
    metrics.onUpdate(true, NOW);
    metrics.onUpdate(false, NOW + 1000);
    expect(linesOf('config')).toEqual([
      'majordomo_config_reload_success 0',
      'majordomo_config_reload_timestamp_seconds 1700000000.5',
    ]);
    metrics.onUpdate(true, NOW);
    expect(linesOf('config')[0]).toBe('majordomo_config_reload_success 1');
  });

  it('count calls, attempts and tokens', () => {
    const usage = { input: 5, output: 0, cacheRead: 3, cacheWrite: 2, reasoning: 9 };
    const results = [
      { target: 'a/x', outcome: 'finished', ms: 1500, usage },
      { target: 'a/x', outcome: 'failed', ms: 500, error: { kind: 'server' } },
    ];
    for (const event of [
      { type: 'committed', msToFirst: 250 },
      { type: 'call-end', outcome: 'finished' },
      ...results.map((result) => ({ type: 'attempt-end', result })),
      { type: 'other', msToFirst: 1, outcome: 'finished' },
    ])
      metrics.onEvent(event as unknown as CallEvent, 'smart');
    expect(linesOf('calls')).toEqual(['majordomo_calls_total{model="smart",outcome="finished"} 1']);
    expect(linesOf('attempts')).toEqual([
      'majordomo_attempts_total{target="a/x",outcome="finished",kind=""} 1',
      'majordomo_attempts_total{target="a/x",outcome="failed",kind="server"} 1',
    ]);
    expect(linesOf('attempt_duration').slice(-2)).toEqual([
      'majordomo_attempt_duration_seconds_sum{target="a/x"} 2',
      'majordomo_attempt_duration_seconds_count{target="a/x"} 2',
    ]);
    expect(linesOf('first').slice(-2)).toEqual([
      'majordomo_first_content_seconds_sum{model="smart"} 0.25',
      'majordomo_first_content_seconds_count{model="smart"} 1',
    ]);
    expect(linesOf('tokens')).toEqual([
      'majordomo_tokens_total{target="a/x",direction="input"} 5',
      'majordomo_tokens_total{target="a/x",direction="output"} 0',
      'majordomo_tokens_total{target="a/x",direction="cache_read"} 3',
      'majordomo_tokens_total{target="a/x",direction="cache_write"} 2',
    ]);
  });

  it('contain the targets of the current health', () => {
    health = {
      'a/benched': { state: 'benched', until: NOW + 1 },
      'a/over': { state: 'benched', until: NOW },
      'a/healthy': { state: 'healthy', until: NOW + 1 },
      'a/unknown': { state: 'benched' },
    };
    expect(linesOf('target')).toEqual([
      'majordomo_target_benched{target="a/benched"} 1',
      'majordomo_target_benched{target="a/over"} 0',
      'majordomo_target_benched{target="a/healthy"} 0',
      'majordomo_target_benched{target="a/unknown"} 0',
    ]);
    health = {};
    expect(linesOf('target')).toEqual([]);
  });

  it('contain the samples of mounted handlers, grouped by name', () => {
    const sample = (name: string, target: string, value: number) => ({
      name,
      help: name,
      labels: { target },
      value,
    });
    const text = metricsText([sample('cost', 'a', 1), sample('dropped', 'b', 2), sample('cost', 'c', 3)]);
    expect(text.split('\n').slice(6, -1)).toEqual([
      '# HELP majordomo_cost cost',
      '# TYPE majordomo_cost counter',
      'majordomo_cost{target="a"} 1',
      'majordomo_cost{target="c"} 3',
      '# HELP majordomo_dropped dropped',
      '# TYPE majordomo_dropped counter',
      'majordomo_dropped{target="b"} 2',
    ]);
  });
});

describe('the metrics of the process', () => {
  const node = {
    uptime: () => 100,
    cpuUsage: () => ({ user: 1_500_000, system: 500_000 }),
    memoryUsage: { rss: () => 4096 },
  };

  it('are its start, memory and CPU time', () => {
    vi.spyOn(Date, 'now').mockReturnValue(NOW);
    vi.stubGlobal('process', node);
    const text = processLines();
    vi.unstubAllGlobals();
    expect(text.split('\n')).toEqual([
      '# HELP process_start_time_seconds Start time of the process.',
      '# TYPE process_start_time_seconds gauge',
      'process_start_time_seconds 1699999900.5',
      '# HELP process_resident_memory_bytes Memory of the process.',
      '# TYPE process_resident_memory_bytes gauge',
      'process_resident_memory_bytes 4096',
      '# HELP process_cpu_seconds_total CPU time of the process.',
      '# TYPE process_cpu_seconds_total counter',
      'process_cpu_seconds_total 2',
      '',
    ]);
  });

  it.each([
    ['process', undefined],
    ['memoryUsage', { ...node, memoryUsage: undefined }],
    ['memoryUsage.rss', { ...node, memoryUsage: {} }],
    ['cpuUsage', { ...node, cpuUsage: undefined }],
    ['uptime', { ...node, uptime: undefined }],
  ])('do not exist on a platform without %s', (_name, value) => {
    vi.stubGlobal('process', value);
    const text = processLines();
    vi.unstubAllGlobals();
    expect(text).toBe('');
  });
});
