import type { DataHandling } from '@majordomo/core';
import { dataAt } from '@majordomo/wire-kit/internal';
import { vertexOrigin, type Platform } from './platform.ts';

/**
 * Regions by Vertex location (cloud.google.com/vertex-ai/generative-ai/docs/learn/data-residency, 2026-11). The region of any
 * other location is unknown. London and Zurich are not in the EU.
 */
export const REGIONS: Readonly<Record<string, string>> = {
  ...places('eu', 'eu'),
  ...places('eu', 'europe-central2', 'europe-north1', 'europe-north2', 'europe-southwest1'),
  ...places('eu', 'europe-west1', 'europe-west3', 'europe-west4', 'europe-west8', 'europe-west9'),
  ...places('eu', 'europe-west10', 'europe-west12'),
  ...places('gb', 'europe-west2'),
  ...places('ch', 'europe-west6'),
  ...places('us', 'us', 'us-central1', 'us-east1', 'us-east4', 'us-east5', 'us-south1'),
  ...places('us', 'us-west1', 'us-west2', 'us-west3', 'us-west4'),
  ...places('ca', 'northamerica-northeast1', 'northamerica-northeast2'),
  ...places('jp', 'asia-northeast1', 'asia-northeast2'),
  ...places('in', 'asia-south1', 'asia-south2'),
  ...places('au', 'australia-southeast1', 'australia-southeast2'),
  ...places('global', 'global'),
};

function places(region: string, ...locations: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(locations.map((location) => [location, region]));
}

/** Returns the data handling of a platform; `undefined` for the Gemini API, and for unknown locations and addresses. */
export function dataOfPlatform({
  vertexai,
  location = 'global',
  baseURL,
}: Platform): DataHandling | undefined {
  if (vertexai && baseURL === vertexOrigin(location) && Object.hasOwn(REGIONS, location))
    return { region: REGIONS[location] };
  return dataAt(baseURL);
}
