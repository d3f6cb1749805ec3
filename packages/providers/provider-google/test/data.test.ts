import type { DataHandling } from '@majordomo/core';
import { expect, it } from 'vitest';
import { createGoogle, type GoogleOptions } from '../src/index.ts';

const dataOf = (options: GoogleOptions = {}, env: Record<string, string> = {}): DataHandling => {
  const { data } = createGoogle(options);
  return (typeof data === 'function' ? data('m', env) : data) ?? {};
};

it('declares the data region of each Vertex location', () => {
  const locations = [
    'eu',
    'europe-central2',
    'europe-north1',
    'europe-north2',
    'europe-southwest1',
    'europe-west1',
    'europe-west2',
    'europe-west3',
    'europe-west4',
    'europe-west6',
    'europe-west8',
    'europe-west9',
    'europe-west10',
    'europe-west12',
    'us',
    'us-central1',
    'us-east1',
    'us-east4',
    'us-east5',
    'us-south1',
    'us-west1',
    'us-west4',
    'global',
    'northamerica-northeast1',
    'northamerica-northeast2',
    'asia-northeast1',
    'asia-northeast2',
    'asia-northeast3',
    'asia-south1',
    'australia-southeast1',
    'me-central1',
    'europe-west99',
    'constructor',
  ];
  const regions = locations.map(
    (location) => `${location} ${dataOf({ project: 'p', location }).region ?? '-'}`,
  );
  expect(regions.join('\n')).toMatchInlineSnapshot(`
    "eu eu
    europe-central2 eu
    europe-north1 eu
    europe-north2 eu
    europe-southwest1 eu
    europe-west1 eu
    europe-west2 gb
    europe-west3 eu
    europe-west4 eu
    europe-west6 ch
    europe-west8 eu
    europe-west9 eu
    europe-west10 eu
    europe-west12 eu
    us us
    us-central1 us
    us-east1 us
    us-east4 us
    us-east5 us
    us-south1 us
    us-west1 us
    us-west4 us
    global global
    northamerica-northeast1 ca
    northamerica-northeast2 ca
    asia-northeast1 jp
    asia-northeast2 jp
    asia-northeast3 -
    asia-south1 in
    australia-southeast1 au
    me-central1 -
    europe-west99 -
    constructor -"
  `);
});

it('reads the location from the environment, and declares nothing for another address', () => {
  const env = { GOOGLE_CLOUD_LOCATION: 'europe-west4' };
  expect(dataOf({ vertexai: true }, env)).toEqual({ region: 'eu' });
  expect(dataOf({ project: 'p' })).toEqual({ region: 'global' });
  expect(dataOf({ vertexai: true }, { ...env, GOOGLE_VERTEX_BASE_URL: 'https://proxy.example' })).toEqual({});
  expect(dataOf({ vertexai: true, baseURL: 'http://localhost:9' }, env).region).toBe('local');
  expect(dataOf({}, env)).toEqual({});
  expect(dataOf({ project: 'p', location: 'eu', data: { trainsOn: false } })).toEqual({
    region: 'eu',
    trainsOn: false,
  });
});
