import { createMajordomo } from '@majordomo/core';
import { memoryRecords } from '@majordomo/records';
import v8 from 'node:v8';
import { describe, expect, it, vi } from 'vitest';
import { OperatorReports } from '../src/errors/report.ts';
import { createGateway, type GatewayOptions } from '../src/index.ts';
import { settingsOf } from '../src/settings.ts';

const majordomo = createMajordomo({ providers: [] });
const create = (options: object) => () => createGateway({ majordomo, models: {}, ...options });
const configError = (path: string, message: string): unknown =>
  expect.objectContaining({ kind: 'config', message, details: expect.objectContaining({ path }) as object });

describe('an invalid option', () => {
  it.each<[keyof GatewayOptions, unknown, string]>([
    ['majordomo', {}, 'must be an object with model, not one without'],
    ['majordomo', undefined, 'is missing; it must be an object with model'],
    ['models', [], 'must be an object, not an array'],
    ['models', undefined, 'is missing; it must be an object'],
    ['anySpec', 'yes', 'must be a boolean, not a string'],
    ['authorize', {}, 'must be a function, not an object'],
    ['wrapModel', {}, 'must be a function, not an object'],
    ['mounts', {}, 'must be an array, not an object'],
    ['routes', [], 'must be an object, not an array'],
    ['responses', 7, 'must be an object, not a number'],
    ['moderations', {}, 'must be a function, not an object'],
    ['metrics', 'everyone', 'must be one of admin, public'],
    ['checks', [], 'must be an object, not an array'],
    ['onRequest', {}, 'must be a function, not an object'],
    ['onEvent', {}, 'must be a function, not an object'],
    ['inspector', 'yes', 'must be a boolean or object, not a string'],
    ['catalog', {}, 'must be an object with find, not one without'],
    ['onError', {}, 'must be a function, not an object'],
    ['maxBodyBytes', 0, 'must be a number of 1 or more, not 0'],
    ['maxConcurrent', 0, 'must be a number of 1 or more, not 0'],
    ['idleMs', 0, 'must be a number of 1 or more, not 0'],
    ['cors', 'https://app.example', 'must be an array, not a string'],
    ['fetchMedia', {}, 'must be a function, not an object'],
    ['maxUrls', 0, 'must be a number of 1 or more, not 0'],
  ])('%s is rejected with its name: %j', (name, value, problem) => {
    const options = { [name]: value };
    expect(create(options)).toThrow(configError(name, `createGateway: ${name} ${problem}`));
    if (value === undefined) return;
    expect(() => {
      create({})().update(options);
    }).toThrow(configError(name, `gateway.update: ${name} ${problem}`));
  });

  const fetch = (): Promise<Response> => Promise.resolve(new Response());
  it.each<[object, string, string]>([
    [{ mounts: [{ path: 7 }] }, 'path', 'mounts[0] of createGateway: path must be a string, not a number'],
    [
      { mounts: [{ path: '/a' }] },
      'fetch',
      'mounts[0] of createGateway: fetch is missing; it must be a function',
    ],
    [{ mounts: [{ fetch }] }, 'path', 'mounts[0] of createGateway: path is missing; it must be a string'],
    [
      { mounts: [{ path: '/a', fetch: 7 }] },
      'fetch',
      'mounts[0] of createGateway: fetch must be a function, not a number',
    ],
    [
      {
        mounts: [
          { path: '/a', fetch },
          { path: '/b', fetch, onEvent: 7 },
        ],
      },
      'onEvent',
      'mounts[1] of createGateway: onEvent must be a function, not a number',
    ],
    [
      { mounts: [{ path: '/a', fetch, metrics: 7 }] },
      'metrics',
      'mounts[0] of createGateway: metrics must be a function, not a number',
    ],
    [
      { mounts: [{ path: 'a', fetch }] },
      'mounts[0].path',
      'createGateway: mounts[0].path: must be a path such as /inspector',
    ],
    [
      { mounts: [{ path: '/', fetch }] },
      'mounts[0].path',
      'createGateway: mounts[0].path: must be a path such as /inspector',
    ],
    [
      { responses: {} },
      'records',
      'responses of createGateway: records is missing; it must be an object with list',
    ],
    [
      { responses: { records: {} } },
      'records',
      'responses of createGateway: records must be an object with list, not one without',
    ],
    [
      { responses: { records: memoryRecords(), keepMs: 0 } },
      'keepMs',
      'responses of createGateway: keepMs must be a number of 1 or more, not 0',
    ],
    [
      { routes: { x: fetch } },
      'routes["x"]',
      'createGateway: routes["x"]: must be a path such as /v1/batches or /v1/batches/*',
    ],
    [{ routes: { '/x': 7 } }, 'routes["/x"]', 'createGateway: routes["/x"]: must be a function'],
    [{ checks: { db: 7 } }, 'checks.db', 'createGateway: checks.db: must be a function'],
    [
      { cors: ['https://app.example', 'app.example'] },
      'cors[1]',
      'createGateway: cors[1]: must be an origin such as https://app.example',
    ],
    [
      { models: { fast: 'a/x,,b/y' } },
      'models',
      'models["fast"]: bad model spec: an empty element at character 4 of "a/x,,b/y"; write provider/model or an alias, separated by commas',
    ],
  ])('within another option is rejected with its path: %j', (options, path, message) => {
    expect(create(options)).toThrow(configError(path, message));
  });
});

it('each omitted option has its default', () => {
  const reports = new OperatorReports();
  const options = { majordomo, models: { m: 'a/x' } };
  expect(settingsOf(options, reports)).toEqual({
    ...options,
    anySpec: false,
    mounts: [],
    routes: {},
    checks: {},
    reports,
    maxBodyBytes: 33_554_432,
    maxTotalBodyBytes: expect.any(Number),
    maxElements: 10_000,
    maxConcurrent: 5000,
    maxSockets: 16,
    maxUrls: 20,
    idleMs: 60_000,
    cors: [],
  });
  expect(createGateway(options).idleMs).toBe(60_000);
  expect(createGateway({ ...options, idleMs: 5 }).idleMs).toBe(5);
});

it.each([
  ['a heap of 512 MB', 512, 64],
  ['a heap of 128 MB', 128, 32],
  ['a heap of 8 GB', 8192, 512],
])('the bodies of all requests fit %s by default', (_, heap, most) => {
  const statistics = v8.getHeapStatistics();
  const limit = vi.spyOn(v8, 'getHeapStatistics').mockReturnValue({
    ...statistics,
    heap_size_limit: heap * 1024 ** 2,
  });
  const { maxTotalBodyBytes } = settingsOf({ majordomo, models: { m: 'a/x' } }, new OperatorReports());
  limit.mockRestore();
  expect(maxTotalBodyBytes).toBe(most * 1024 ** 2);
});

it('accepts the smallest number of each option', () => {
  const responses = { records: memoryRecords(), keepMs: 1 };
  expect(create({ maxBodyBytes: 1, maxConcurrent: 1, maxUrls: 1, idleMs: 1, responses })).not.toThrow();
});

it.each(['mounts', 'responses', 'metrics', 'onRequest', 'onEvent', 'inspector', 'onError'])(
  'update rejects the option %s, even if its value is undefined',
  (name) => {
    expect(() => {
      create({})().update({ [name]: undefined });
    }).toThrow(configError(name, `gateway.update: ${name} cannot be changed; create another gateway`));
  },
);
