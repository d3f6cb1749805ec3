import type { Env } from '@majordomo/core';
import { baseURLFromEnv } from '@majordomo/wire-kit';
import type { GoogleOptions } from './options.ts';

/** API that serves a call, and the settings of its client. `project` and `location` exist only on Vertex AI. */
export interface Platform {
  readonly vertexai: boolean;
  readonly project: string | undefined;
  readonly location: string | undefined;
  readonly apiVersion: string;
  readonly baseURL: string;
}

export const GEMINI_ORIGIN = 'https://generativelanguage.googleapis.com';

/** Returns the platform of a call, with all values that the SDK would otherwise read from the process environment. */
export function platformOf(options: GoogleOptions, env: Env): Platform {
  const { project, location, token, apiKey } = options;
  const vertexai =
    options.vertexai ?? (project !== undefined || location !== undefined || isVertexByEnv(options, env));
  const apiVersion = options.apiVersion ?? (vertexai ? 'v1beta1' : 'v1');
  const baseURL = options.baseURL ?? baseURLFromEnv(env, baseURLVariable({ vertexai }));
  if (!vertexai) return { vertexai, project, location, apiVersion, baseURL: baseURL ?? GEMINI_ORIGIN };
  // Express mode uses a key and no project.
  if (token === undefined && apiKey !== undefined && project === undefined) {
    return {
      vertexai,
      project: undefined,
      location: undefined,
      apiVersion,
      baseURL: baseURL ?? vertexOrigin('global'),
    };
  }
  const place = location ?? env['GOOGLE_CLOUD_LOCATION'] ?? 'global';
  return {
    vertexai,
    project: project ?? env['GOOGLE_CLOUD_PROJECT'],
    location: place,
    apiVersion,
    baseURL: baseURL ?? vertexOrigin(place),
  };
}

/** Returns the name of the variable that may contain the base URL. */
export const baseURLVariable = ({ vertexai }: Pick<Platform, 'vertexai'>): string =>
  vertexai ? 'GOOGLE_VERTEX_BASE_URL' : 'GOOGLE_GEMINI_BASE_URL';

/** Returns the origin for a location. The origin is always set, because the SDK otherwise reads an environment variable. */
export function vertexOrigin(location: string): string {
  if (location === 'global') return 'https://aiplatform.googleapis.com';
  // These locations comprise several regions and have a different form of host.
  if (location === 'us' || location === 'eu') return `https://aiplatform.${location}.rep.googleapis.com`;
  return `https://${location}-aiplatform.googleapis.com`;
}

/** Whether the environment selects Vertex. An explicit key or base URL selects the Gemini API. */
const isVertexByEnv = ({ apiKey, baseURL }: GoogleOptions, env: Env): boolean =>
  apiKey === undefined && baseURL === undefined && env['GOOGLE_GENAI_USE_VERTEXAI'] === 'true';
