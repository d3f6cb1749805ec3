import type { DataHandling } from '@majordomo/core';
import { expect, it } from 'vitest';
import { createBedrock, type BedrockOptions } from '../src/index.ts';

const dataOf = (
  modelId: string,
  options: BedrockOptions = {},
  env: Record<string, string> = {},
): DataHandling => {
  const { data } = createBedrock(options);
  return (typeof data === 'function' ? data(modelId, env) : data) ?? {};
};

const MODEL = 'anthropic.claude-sonnet-5-5';

it('declares the data region of each AWS region', () => {
  const regions = [
    'eu-central-1',
    'eu-central-2',
    'eu-north-1',
    'eu-south-1',
    'eu-south-2',
    'eu-west-1',
    'eu-west-2',
    'eu-west-3',
    'eusc-de-east-1',
    'us-east-1',
    'us-east-2',
    'us-west-1',
    'us-west-2',
    'us-gov-east-1',
    'us-gov-west-1',
    'ca-central-1',
    'ca-west-1',
    'ap-northeast-1',
    'ap-northeast-2',
    'ap-northeast-3',
    'ap-south-1',
    'ap-south-2',
    'ap-southeast-1',
    'ap-southeast-2',
    'ap-southeast-3',
    'ap-southeast-4',
    'sa-east-1',
    'eu-west-4',
    'eu',
    'constructor',
  ];
  expect(regions.map((region) => `${region} ${dataOf(MODEL, { region }).region ?? '-'}`).join('\n'))
    .toMatchInlineSnapshot(`
    "eu-central-1 eu
    eu-central-2 ch
    eu-north-1 eu
    eu-south-1 eu
    eu-south-2 eu
    eu-west-1 eu
    eu-west-2 gb
    eu-west-3 eu
    eusc-de-east-1 eu
    us-east-1 us
    us-east-2 us
    us-west-1 us
    us-west-2 us
    us-gov-east-1 us
    us-gov-west-1 us
    ca-central-1 ca
    ca-west-1 ca
    ap-northeast-1 jp
    ap-northeast-2 kr
    ap-northeast-3 jp
    ap-south-1 in
    ap-south-2 in
    ap-southeast-1 sg
    ap-southeast-2 au
    ap-southeast-3 -
    ap-southeast-4 au
    sa-east-1 br
    eu-west-4 -
    eu -
    constructor -"
  `);
});

it('declares the data region of each inference profile instead of that of the endpoint', () => {
  const profiles = ['us', 'eu', 'apac', 'jp', 'au', 'global', 'ca', 'us-gov', 'in', 'constructor'];
  const regions = profiles.map(
    (profile) => `${profile}. ${dataOf(`${profile}.${MODEL}`, { region: 'eu-central-1' }).region ?? '-'}`,
  );
  expect(regions.join('\n')).toMatchInlineSnapshot(`
    "us. us
    eu. europe
    apac. apac
    jp. jp
    au. au
    global. global
    ca. ca
    us-gov. us
    in. -
    constructor. -"
  `);
  expect(dataOf(`eu.${MODEL}`, { region: 'il-central-1' })).toEqual({});
  expect(dataOf('minimax.minimax-m2.1', { region: 'eu-central-1' })).toEqual({ region: 'eu' });
  expect(dataOf('deepseek.v3.2', { region: 'eu-central-1' })).toEqual({ region: 'eu' });
});

it('reads the region and the endpoint from the environment', () => {
  expect(dataOf(MODEL, {}, { AWS_REGION: 'eu-west-1' })).toEqual({ region: 'eu' });
  expect(dataOf(MODEL, {}, { AWS_DEFAULT_REGION: 'eu-west-2' })).toEqual({ region: 'gb' });
  expect(dataOf(MODEL)).toEqual({});
  const endpoint = (AWS_ENDPOINT_URL: string): DataHandling =>
    dataOf(MODEL, { region: 'eu-central-1' }, { AWS_ENDPOINT_URL });
  expect(endpoint('https://bedrock-runtime.us-east-1.amazonaws.com')).toEqual({ region: 'us' });
  expect(endpoint('https://bedrock-runtime.us-east-1.amazonaws.com.evil.example')).toEqual({});
  expect(endpoint('https://proxy.example')).toEqual({});
  expect(endpoint('http://127.0.0.1:9000')).toEqual({ region: 'local', retentionDays: 0, trainsOn: false });
});

it('declares nothing for an ARN and for a client of the application, except what the option states', () => {
  const region = 'eu-central-1';
  expect(dataOf(`arn:aws:bedrock:${region}:1:application-inference-profile/x`, { region })).toEqual({});
  const client = { send: () => undefined };
  expect(dataOf(MODEL, { region, client })).toEqual({});
  const data = { region: 'eu', retentionDays: 0 };
  expect(dataOf(MODEL, { region: 'us-east-1', client, data })).toEqual(data);
  expect(dataOf(MODEL, { region, data: { retentionDays: 0 } })).toEqual({ region: 'eu', retentionDays: 0 });
  expect(() => createBedrock({ data: { retentionDays: -1 } })).toThrow(
    /data\.retentionDays must be a number of 0 or more/,
  );
});
