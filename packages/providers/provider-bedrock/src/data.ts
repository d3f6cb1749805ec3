import type { DataHandling, Env } from '@majordomo/core';
import { dataAt } from '@majordomo/wire-kit/internal';
import { sourcesOf } from './auth.ts';
import { endpointOf } from './connection.ts';
import { profileOf } from './models.ts';
import type { BedrockOptions } from './options.ts';

/** Regions in `DataHandling` by AWS region (2026-11). Any other AWS region is unknown. London and Zurich are not in the EU. */
export const REGIONS: Readonly<Record<string, string>> = {
  'eu-central-1': 'eu',
  'eu-west-1': 'eu',
  'eu-west-3': 'eu',
  'eu-north-1': 'eu',
  'eu-south-1': 'eu',
  'eu-south-2': 'eu',
  'eusc-de-east-1': 'eu',
  'eu-west-2': 'gb',
  'eu-central-2': 'ch',
  'us-east-1': 'us',
  'us-east-2': 'us',
  'us-west-1': 'us',
  'us-west-2': 'us',
  'us-gov-east-1': 'us',
  'us-gov-west-1': 'us',
  'ca-central-1': 'ca',
  'ca-west-1': 'ca',
  'ap-northeast-1': 'jp',
  'ap-northeast-3': 'jp',
  'ap-northeast-2': 'kr',
  'ap-southeast-1': 'sg',
  'ap-southeast-2': 'au',
  'ap-southeast-4': 'au',
  'ap-south-1': 'in',
  'ap-south-2': 'in',
  'sa-east-1': 'br',
};

/**
 * Regions by prefix of an inference profile. `eu` is `europe`, because the profile may include London and Zurich. Source:
 * inference profiles in the user guide, 2026-11.
 */
export const PROFILES: Readonly<Record<string, string>> = {
  us: 'us',
  'us-gov': 'us',
  ca: 'ca',
  eu: 'europe',
  apac: 'apac',
  jp: 'jp',
  au: 'au',
  global: 'global',
};

/**
 * Returns the data handling of a model: the region of its inference profile, otherwise of the endpoint. The region of an ARN, an
 * unknown profile, an unknown AWS region or a custom endpoint (except loopback) is unknown. Retention depends on the account.
 */
export function dataOfModel(modelId: string, options: BedrockOptions, env: Env): DataHandling | undefined {
  const endpoint = endpointOf(options, env);
  const awsRegion = endpoint === undefined ? sourcesOf(options, env).region : ENDPOINT.exec(endpoint)?.[1];
  if (awsRegion === undefined) return dataAt(endpoint);
  if (modelId.startsWith('arn:')) return undefined;
  // From an AWS region that is not listed, such as `il-central-1`, the profile `eu` may also route to that region.
  if (!Object.hasOwn(REGIONS, awsRegion)) return undefined;
  const profile = profileOf(modelId);
  const [regions, name] = profile === undefined ? [REGIONS, awsRegion] : [PROFILES, profile];
  return Object.hasOwn(regions, name) ? { region: regions[name] } : undefined;
}

/** Matches an AWS endpoint and captures its region. */
const ENDPOINT = /^https:\/\/bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com\/?$/;
